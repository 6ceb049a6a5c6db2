import { Duplex } from 'node:stream';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { nearLimits } from '../../src/agent/http2/limits.ts';
import { SocketWire } from '../../src/base/wire/socket-wire.ts';
import { connectionPreface } from '../../src/protocol/http2/constants.ts';
import type { Http2Stream } from '../../src/protocol/http2/stream.ts';
import { SessionWire } from '../../src/tunnel/session-wire.ts';
import { Bench, fieldsOf, getRequest } from '../protocol/http2/bench.ts';
import { emptySettings, type Frame, frame, framesOf } from '../protocol/http2/frames.ts';
import { until } from '../support/until.ts';

/** A connection whose peer reads only when told to. */
class Stalling extends Duplex {
  readonly written: Buffer[] = [];
  stalled = true;
  private resumeWriting: (() => void) | undefined;

  override _read(): void {}

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    this.written.push(Buffer.from(bytes));
    if (this.stalled) this.resumeWriting = done;
    else done();
  }

  unstall(): void {
    this.stalled = false;
    this.resumeWriting?.();
    this.resumeWriting = undefined;
  }
}

const open: Duplex[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const stream of open.splice(0)) stream.destroy();
});

const serve = (): {
  readonly stream: Stalling;
  readonly connection: SessionWire;
  readonly requests: Http2Stream[];
} => {
  const stream = new Stalling();
  open.push(stream);
  const requests: Http2Stream[] = [];
  const begun = { wire: SocketWire.on(stream), seen: Buffer.alloc(0) };
  const connection = new SessionWire('server', nearLimits, begun, {
    request: (request) => requests.push(request),
    oversized: () => {},
    settings: () => {},
    goaway: () => {},
    streamClosed: () => {},
    lost: () => {},
    closed: () => {},
  });
  connection.begin();
  stream.push(Buffer.concat([connectionPreface, emptySettings]));
  return { stream, connection, requests };
};

const isEnd = ({ type, flags }: Frame): boolean => type === 0 && flags === 1;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const ping = frame(6, 0, 0, '0102030405060708');

describe('a peer that does not read', () => {
  test('and asks for answers is cut off, with little in memory', async () => {
    const { stream, connection } = serve();
    const asked = Buffer.concat(Array(500).fill(ping));
    for (let time = 0; time < 100 && !connection.session.isOver; time++) {
      stream.push(asked);
      await turn();
      expect(stream.writableLength).toBeLessThanOrEqual(stream.writableHighWaterMark + 64 * 1024);
    }
    expect(connection.session.isOver).toBe(true);
  });

  test('and is sent heads without end is cut off, with no more than 8 MiB in memory', async () => {
    const { stream, connection, requests } = serve();
    stream.push(new Bench('client').headers(1, getRequest, true));
    await until(() => requests.length === 1);
    const interim = fieldsOf(':status=103', `link=${'x'.repeat(10_000)}`);
    for (let time = 0; time < 2000 && !connection.session.isOver; time++) {
      requests[0]?.sendHead(interim, false);
      await turn();
    }
    expect(connection.session.isOver).toBe(true);
    expect(stream.writableLength).toBeLessThan(9 * 1024 * 1024);
  });

  test('gets all in order once it reads again', async () => {
    const { stream, requests } = serve();
    stream.push(new Bench('client').headers(1, getRequest, true));
    await until(() => requests.length === 1);
    requests[0]?.sendHead(fieldsOf(':status=200'), false);
    for (let index = 0; index < 60; index++) {
      requests[0]?.sendData(Buffer.alloc(1000, index), index === 59);
      await turn();
    }
    stream.push(ping);
    await turn();
    stream.unstall();
    await until(() => framesOf(Buffer.concat(stream.written)).some(isEnd));
    const body = framesOf(Buffer.concat(stream.written)).filter(({ type }) => type === 0);
    const bytes = Buffer.concat(body.map(({ payload }) => payload));
    expect(bytes).toEqual(
      Buffer.concat(Array.from({ length: 60 }, (_, at) => Buffer.alloc(1000, at))),
    );
    expect(body.at(-1)?.flags).toBe(1);
  });

  test('slowly gets the last of an answer, though the connection has ended', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { stream, connection, requests } = serve();
    stream.push(new Bench('client').headers(1, getRequest, true));
    await turn();
    requests[0]?.sendHead(fieldsOf(':status=200'), false);
    for (let index = 0; index < 60; index++) {
      requests[0]?.sendData(Buffer.alloc(1000, index), index === 59);
      connection.session.setWritable(true);
      await turn();
    }
    connection.session.drain();
    connection.session.drain();
    await turn();
    vi.advanceTimersByTime(10_000);
    await turn();
    expect(stream.destroyed).toBe(false);
    stream.unstall();
    for (let time = 0; time < 20; time++) await turn();
    const body = framesOf(Buffer.concat(stream.written)).filter(({ type }) => type === 0);
    expect(body.reduce((sum, { payload }) => sum + payload.length, 0)).toBe(60_000);
    vi.advanceTimersByTime(10_000);
    expect(stream.destroyed).toBe(true);
  });
});
