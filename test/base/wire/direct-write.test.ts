import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type DirectlyWritten,
  DirectWriter,
  findInternals,
} from '../../../src/base/wire/direct-write.ts';
import { type RawServer, startRawServer } from '../../support/raw-server.ts';
import { until } from '../../support/until.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

type World = { server: RawServer; socket: Socket; writer: DirectWriter; finished: () => number };

const open = async (greet: (socket: Socket) => void = () => {}): Promise<World> => {
  const server = await startRawServer(undefined, greet);
  const socket = connect(server.port, '127.0.0.1').on('error', () => {});
  closers.push(async () => {
    socket.destroy();
    await server.close();
  });
  await until(() => socket.readyState === 'open' && server.sockets.length === 1);
  let finished = 0;
  const writer = new DirectWriter(socket, () => {
    finished += 1;
  });
  return { server, socket, writer, finished: () => finished };
};

const pieceBytes = 256 * 1024;
/** Each piece differs from all others, so that a lost, repeated or exchanged one is seen. */
const piece = (number: number): Buffer => Buffer.alloc(pieceBytes, number % 251);

/** Writes pieces until one is not taken whole; what was taken, and how the last one went. */
const fill = (writer: DirectWriter): { sent: Buffer[]; last: DirectlyWritten } => {
  const sent: Buffer[] = [];
  let last: DirectlyWritten = 'whole';
  while (last === 'whole' && sent.length < 200) {
    const bytes = piece(sent.length);
    last = writer.write(bytes);
    if (last !== 'refused') sent.push(bytes);
  }
  return { sent, last };
};

describe('a direct write', () => {
  test('is taken whole at once, and counted by the socket', async () => {
    const { server, socket, writer } = await open();
    for (const text of ['one,', '', 'two,', 'three']) {
      expect(writer.write(Buffer.from(text))).toBe('whole');
    }
    await until(() => server.received[0]?.toString() === 'one,two,three');
    expect(socket.bytesWritten).toBe(13);
    expect(socket.writableLength).toBe(0);
  });

  test('sends a part of a larger piece of memory, and its bytes as they were', async () => {
    const { server, writer } = await open();
    const memory = Buffer.from('before-exact-behind');
    writer.write(memory.subarray(7, 12));
    memory.fill('x');
    await until(() => server.received[0]?.toString() === 'exact');
  });

  test('that does not fit is finished when the peer reads, with nothing lost', async () => {
    const { server, socket, writer, finished } = await open((peer) => peer.pause());
    const { sent, last } = fill(writer);
    expect(last).toBe('unfinished');
    expect(writer.write(Buffer.from('overtaking'))).toBe('refused');
    expect(finished()).toBe(0);
    const all = sent.length * pieceBytes;
    server.sockets[0]?.resume();
    await until(() => server.received[0]?.length === all);
    await until(() => finished() === 1);
    expect(server.received[0]?.equals(Buffer.concat(sent))).toBe(true);
    expect(socket.bytesWritten).toBe(all);
    expect(writer.write(Buffer.from('again'))).toBe('whole');
  });

  test('stays in order with usual writes and the end behind it', async () => {
    const { server, socket, writer } = await open((peer) => peer.pause());
    const { sent } = fill(writer);
    socket.write('usual');
    socket.end('last');
    const peer = server.sockets[0] as Socket;
    let ended = false;
    peer.once('end', () => {
      ended = true;
    });
    peer.resume();
    await until(() => ended);
    const expected = Buffer.concat([...sent, Buffer.from('usuallast')]);
    expect(server.received[0]?.equals(expected)).toBe(true);
  });

  test.each([
    ['corked', (socket: Socket) => socket.cork()],
    ['not yet connected', undefined],
    ['destroyed', (socket: Socket) => socket.destroy()],
  ])('to a socket that is %s is refused', async (_, change) => {
    const { server, socket, writer } = await open();
    const dialled = connect(server.port, '127.0.0.1');
    closers.unshift(async () => void dialled.destroy());
    change?.(socket);
    const used = change === undefined ? new DirectWriter(dialled, () => {}) : writer;
    expect(used.write(Buffer.from('a'))).toBe('refused');
  });

  test('waits behind what the socket still has in its own queue', async () => {
    const { socket, writer } = await open((peer) => peer.pause());
    fill(new DirectWriter(socket, () => {}));
    socket.write(Buffer.alloc(pieceBytes));
    expect(socket.writableLength).toBeGreaterThan(0);
    expect(writer.write(Buffer.from('a'))).toBe('refused');
  });

  test('to a peer that has gone is refused, and the usual one tells', async () => {
    const { server, socket, writer } = await open((peer) => peer.pause());
    socket.pause();
    server.sockets[0]?.resetAndDestroy();
    let last: DirectlyWritten = 'whole';
    await until(() => {
      last = writer.write(Buffer.from('a'));
      return last === 'refused';
    });
    let failed = false;
    socket.once('error', () => {
      failed = true;
    });
    socket.write('a');
    await until(() => failed && socket.destroyed);
  });

  test('that is unfinished when its peer resets destroys the socket', async () => {
    const { server, socket, writer, finished } = await open((peer) => peer.pause());
    socket.pause();
    expect(fill(writer).last).toBe('unfinished');
    server.sockets[0]?.resetAndDestroy();
    await until(() => socket.destroyed);
    await until(() => socket.closed);
    expect(finished()).toBe(0);
  });

  test('that is unfinished when its socket is destroyed is dropped without a word', async () => {
    const { socket, writer, finished } = await open((peer) => peer.pause());
    expect(fill(writer).last).toBe('unfinished');
    socket.destroy();
    await until(() => socket.closed);
    expect(finished()).toBe(0);
    expect(writer.write(Buffer.from('a'))).toBe('refused');
  });
});

describe('the internals of Node', () => {
  const found = findInternals(Reflect.get(process, 'binding'));

  test('are those that are known, in every Node that we run on', () => {
    expect(found).toBeDefined();
  });

  test.each([
    ['no way to them', undefined],
    [
      'a way that is forbidden',
      () => {
        throw new Error('forbidden');
      },
    ],
    ['nothing behind it', () => undefined],
    ['no request', () => ({ ...found, WriteWrap: undefined })],
    ['no state', () => ({ ...found, streamBaseState: undefined })],
    ['another kind of state', () => ({ ...found, streamBaseState: [0, 0, 0, 0] })],
    ['no place for the answer', () => ({ ...found, kLastWriteWasAsync: undefined })],
    ['a place outside of the state', () => ({ ...found, kLastWriteWasAsync: 99 })],
  ])('are not used with %s', async (_, binding) => {
    expect(findInternals(binding)).toBeUndefined();
  });

  test('are not needed: without them every write is refused', async () => {
    const { server } = await open();
    const socket = connect(server.port, '127.0.0.1');
    closers.unshift(async () => void socket.destroy());
    await until(() => socket.readyState === 'open');
    const none = findInternals(undefined);
    const writer = new DirectWriter(socket, () => {}, none ?? null);
    expect(writer.write(Buffer.from('a'))).toBe('refused');
  });
});
