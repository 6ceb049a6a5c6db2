import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Observation } from '../../../src/cli/session/observe.ts';
import { Http2Observer } from '../../../src/cli/session/observe-http2.ts';
import { connectionPreface } from '../../../src/protocol/http2/constants.ts';
import { FieldEncoder } from '../../../src/protocol/http2/hpack/encoder.ts';
import { ask, fieldsOf as metadataOf } from '../../agent/http2/grpc/ask.ts';
import { openGrpc, startGrpc } from '../../agent/http2/grpc/service.ts';
import { endWorld } from '../../agent/http2/world.ts';
import { fieldsOf } from '../../protocol/http2/bench.ts';
import { emptySettings, frame, number, settingsPayload } from '../../protocol/http2/frames.ts';
import { afterwards, cleanUp } from '../folder.ts';

afterEach(cleanUp);
afterEach(endWorld);

type Piece = { readonly to: 'app' | 'caller'; readonly bytes: Buffer };

const observe = () => {
  const seen: string[] = [];
  const observer = new Http2Observer(({ method, path, status }: Observation) => {
    seen.push(`${method} ${path} ${status}`);
  });
  const take = ({ to, bytes }: Piece): void =>
    to === 'app' ? observer.toApp(bytes) : observer.fromApp(bytes);
  return { seen, take };
};

const toApp = (...frames: readonly Buffer[]): Piece => ({
  to: 'app',
  bytes: Buffer.concat(frames),
});
const fromApp = (...frames: readonly Buffer[]): Piece => ({
  to: 'caller',
  bytes: Buffer.concat(frames),
});

/** A port in front of `port`, and all that passed there. */
const startBetween = async (port: number) => {
  const pieces: Piece[] = [];
  const server = createServer((caller) => {
    const app = connect({ port, host: '127.0.0.1' });
    caller.on('data', (bytes) => pieces.push({ to: 'app', bytes }));
    app.on('data', (bytes) => pieces.push({ to: 'caller', bytes }));
    caller.pipe(app).pipe(caller);
    for (const socket of [caller, app]) socket.on('error', () => {});
    afterwards(() => void caller.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => void server.close());
  return { port: (server.address() as AddressInfo).port, pieces };
};

const startApp = async (): Promise<number> => {
  const server = createHttp2Server();
  server.on('stream', (stream, headers) => {
    stream.resume();
    stream.additionalHeaders({ ':status': 103 });
    const fields = { ':status': headers[':path'] === '/new' ? 201 : 200, 'x-same': 'again' };
    stream.respond(fields, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-last': 'one' }));
    stream.end('body');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => void server.close());
  return (server.address() as AddressInfo).port;
};

/** What passes when a real client asks a real app three times, twice at once. */
const exchange = async (): Promise<readonly Piece[]> => {
  const { port, pieces } = await startBetween(await startApp());
  const client = connectHttp2(`http://127.0.0.1:${port}`);
  const ask = (method: string, path: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const fields = { ':method': method, ':path': path, 'x-same': 'again' };
      const stream = client.request(fields, { waitForTrailers: method === 'POST' });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-mine': 'too' }));
      stream.on('error', reject).on('close', resolve).resume();
      stream.end(method === 'POST' ? 'body' : undefined);
    });
  await Promise.all([ask('GET', '/a?b=1'), ask('POST', '/new')]);
  await ask('GET', '/a?b=1');
  await new Promise<void>((resolve) => client.close(resolve));
  return pieces;
};

const asked = ['GET /a?b=1 200', 'GET /a?b=1 200', 'POST /new 201'];

describe('a real app of HTTP/2', () => {
  test('is read along, wherever the bytes are split', async () => {
    const pieces = await exchange();
    const longest = Math.max(...pieces.map(({ bytes }) => bytes.length));
    for (let split = 0; split <= longest; split++) {
      const { seen, take } = observe();
      for (const { to, bytes } of pieces) {
        take({ to, bytes: bytes.subarray(0, split) });
        take({ to, bytes: bytes.subarray(split) });
      }
      expect(seen.sort()).toEqual(asked);
    }
  });

  test('octet by octet, and with all that the app said held back', async () => {
    const pieces = await exchange();
    const single = observe();
    for (const { to, bytes } of pieces) {
      for (const octet of bytes) single.take({ to, bytes: Buffer.from([octet]) });
    }
    expect(single.seen.sort()).toEqual(asked);
    const late = observe();
    for (const piece of pieces.filter(({ to }) => to === 'app')) late.take(piece);
    expect(late.seen).toEqual([]);
    for (const piece of pieces.filter(({ to }) => to === 'caller')) late.take(piece);
    expect(late.seen.sort()).toEqual(asked);
  });

  test('of gRPC is read along', async () => {
    const { port, pieces } = await startBetween((await startGrpc('app')).port);
    const client = openGrpc(port);
    for (const message of ['one', 'fail']) {
      await ask(client, Buffer.from(message), metadataOf());
    }
    const { seen, take } = observe();
    for (const piece of pieces) take(piece);
    expect(seen).toEqual(['POST /shop.Pricing/Unary 200', 'POST /shop.Pricing/Unary 200']);
  });
});

describe('literal frames', () => {
  const block = (...lines: readonly string[]): Buffer =>
    Buffer.from(new FieldEncoder().encode(fieldsOf(...lines)));
  const request = (id: number, path = '/'): Buffer =>
    frame(1, 5, id, block(':method=GET', ':scheme=http', `:path=${path}`));
  const answer = (id: number): Buffer => frame(1, 5, id, '88');
  const beginning = [toApp(connectionPreface, emptySettings), fromApp(emptySettings)];

  const seenOf = (...pieces: readonly Piece[]): readonly string[] => {
    const { seen, take } = observe();
    for (const piece of pieces) take(piece);
    return seen;
  };

  test('of an app that speaks first', () => {
    const [caller, app] = beginning as [Piece, Piece];
    for (let split = 0; split <= app.bytes.length; split++) {
      const [early, late] = [app.bytes.subarray(0, split), app.bytes.subarray(split)];
      const settings = [fromApp(early), caller, fromApp(late)];
      const path = `/${split}`;
      expect(seenOf(...settings, toApp(request(1, path)), fromApp(answer(1)))).toEqual([
        `GET ${path} 200`,
      ]);
    }
  });

  test('with padding, a priority and a block in parts', () => {
    const padded = frame(1, 0x0d | 0x20, 1, `02${'8000000107'}828684${'0000'}`);
    const parts = [frame(1, 0, 1, ''), frame(9, 4, 1, '88')];
    expect(seenOf(...beginning, toApp(padded), fromApp(...parts))).toEqual(['GET / 200']);
  });

  test.each<[string, readonly Piece[]]>([
    [
      'a request that was reset',
      [toApp(request(1), frame(3, 0, 1, number(8))), fromApp(answer(1))],
    ],
    ['an answer that nobody asked for', [fromApp(answer(1))]],
    ['an interim answer', [toApp(request(1)), fromApp(frame(1, 4, 1, '0803313033'))]],
    ['a pushed answer', [toApp(request(1)), fromApp(frame(5, 4, 1, '0000000288'), answer(1))]],
    ['an index that no table has', [toApp(request(1)), fromApp(frame(1, 5, 1, 'ff00'), answer(1))]],
    [
      'a frame that is too long',
      [toApp(request(1)), fromApp(Buffer.from('ffffff00', 'hex'), answer(1))],
    ],
  ])('%s is not told', (_, pieces) => expect(seenOf(...beginning, ...pieces)).toEqual([]));

  test.each([
    ['HTTP/1', 'GET / HTTP/1.1\r\n\r\n'],
    ['nearly the preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\rx'],
  ])('%s is left alone, and nothing behind it is read', (_, text) => {
    for (let split = 0; split <= text.length; split++) {
      const bytes = Buffer.from(text);
      const first = [bytes.subarray(0, split), bytes.subarray(split)].map((part) => toApp(part));
      const rest = [...beginning, toApp(request(1)), fromApp(answer(1))];
      expect(seenOf(...first, ...rest)).toEqual([]);
    }
  });

  test('an app that says much before the preface is left alone', () => {
    const much = fromApp(frame(4, 0, 0, settingsPayload(3, 1)), Buffer.alloc(17_000));
    expect(seenOf(much, ...beginning, toApp(request(1)), fromApp(answer(1)))).toEqual([]);
  });

  test('requests without an answer are forgotten when there are too many', () => {
    const many = Array.from({ length: 1_001 }, (_, index) => request(index * 2 + 1));
    expect(seenOf(...beginning, toApp(...many), fromApp(answer(1)))).toEqual([]);
    const fewer = many.slice(0, 1_000);
    expect(seenOf(...beginning, toApp(...fewer), fromApp(answer(1)))).toEqual(['GET / 200']);
  });
});
