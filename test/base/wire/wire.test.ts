import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { acceptWire, dialWire } from '../../../src/base/wire/sockets.ts';
import type { Wire } from '../../../src/base/wire/wire.ts';
import { startAgent } from '../../agent/start-agent.ts';
import { openRawClient } from '../../support/raw-client.ts';
import { startRawServer } from '../../support/raw-server.ts';
import { until } from '../../support/until.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

test.each([
  ['spliced bytes', 'EHLO a\r\n', ''],
  ['an answer', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\n'],
])('a client that never reads %s does not keep an agent from ending', async (_, hello, head) => {
  const chunk = Buffer.alloc(1024 * 1024);
  const pod = await startRawServer((socket) => {
    socket.write(head);
    for (let megabyte = 0; megabyte < 32; megabyte++) socket.write(chunk);
  });
  closers.push(pod.close);
  const agent = await startAgent(pod.port);
  const client = await openRawClient(agent.port);
  client.socket.pause();
  client.write(hello);
  // The same again and again: neither the agent nor the client has room for more.
  let same = 0;
  let before = -1;
  await until(() => {
    const unsent = pod.sockets[0]?.writableLength ?? 0;
    same = unsent > 0 && unsent === before ? same + 1 : 0;
    before = unsent;
    return same === 20;
  });
  await agent.server.close();
  client.socket.resume();
  expect(await client.closed).toBe('reset');
});

test.each<[string, (act: () => void) => void]>([
  ['at once', (act) => act()],
  ['in the same turn', (act) => process.nextTick(() => process.nextTick(act))],
  ['in the next turn', (act) => void setImmediate(act)],
])('a wire that is aborted %s after its end says that it is closed', async (_, later) => {
  const peer = await startRawServer();
  closers.push(peer.close);
  for (let round = 0; round < 50; round++) {
    const wire = dialWire({ host: '127.0.0.1', port: peer.port });
    let closed = false;
    wire.handler = {
      bytes: () => {},
      end: () => {},
      drain: () => {},
      closed: () => {
        closed = true;
      },
    };
    await new Promise((resolve) => wire.stream.once('connect', resolve));
    wire.end();
    later(() => wire.abort());
    await until(() => closed, 'the close', 2_000);
  }
});

// What is read over bytes that a write still holds would show at once.
test.each([
  ['in one write a read', 1],
  ['in many writes a read', 5],
])('bytes wait unharmed for a slow reader, %s', async (_, writes) => {
  const sent = Buffer.from(Uint32Array.from({ length: 4 * 1024 * 1024 }, (__, at) => at).buffer);
  const source = await startRawServer(undefined, (socket) => void socket.end(sent));
  const sink = await startRawServer(undefined, (socket) => void socket.pause());
  closers.push(source.close, sink.close);
  const to = dialWire({ host: '127.0.0.1', port: sink.port });
  await until(() => sink.sockets.length === 1);
  const from = dialWire({ host: '127.0.0.1', port: source.port });
  closers.push(async () => [from, to].forEach((wire) => void wire.abort()));
  let ended = false;
  const end = (): void => {
    ended = true;
  };
  // Nobody heeds that there is no room, so that reading goes on.
  const bytes = (read: Buffer): void => {
    const step = Math.ceil(read.length / writes);
    for (let at = 0; at < read.length; at += step) to.write(read.subarray(at, at + step));
  };
  from.handler = { ...from.handler, bytes, end };
  await until(() => ended);
  const slow = sink.sockets[0] as Socket;
  const received: Buffer[] = [];
  slow.removeAllListeners('data').on('data', (read) => received.push(read));
  const length = (): number => received.reduce((sum, read) => sum + read.length, 0);
  slow.resume();
  await until(() => length() === sent.length);
  expect(Buffer.concat(received).equals(sent)).toBe(true);
});

test('a wire that is aborted with its end behind unwritten bytes is reset', async () => {
  const wires: Wire[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    wires.push(acceptWire(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => void server.close());
  const client = await openRawClient((server.address() as AddressInfo).port);
  client.socket.pause();
  await until(() => wires.length === 1);
  const wire = wires[0] as Wire;
  while (wire.write(Buffer.alloc(1024 * 1024)));
  wire.end();
  await new Promise((resolve) => setImmediate(resolve));
  wire.abort();
  client.socket.resume();
  expect(await client.closed).toBe('reset');
});
