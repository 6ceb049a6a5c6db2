import { afterEach, expect, test } from 'vitest';
import { dialWire } from '../../src/agent/sockets.ts';
import { openRawClient } from '../support/raw-client.ts';
import { startRawServer } from '../support/raw-server.ts';
import { until } from '../support/until.ts';
import { startAgent } from './start-agent.ts';

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
