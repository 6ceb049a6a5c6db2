import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { connectionsMax, connectionsWithin } from '../../src/agent/limits.ts';
import { openRawClient } from '../support/raw-client.ts';
import { startRawServer } from '../support/raw-server.ts';
import { until } from '../support/until.ts';
import { startAgent } from './start-agent.ts';
import { startLimited } from './start-limited.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const answering = async () => {
  const pod = await startRawServer(
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    },
    (socket) => {
      socket.on('end', () => socket.end());
    },
  );
  closers.push(pod.close);
  return pod;
};

const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

test('the limit of connections is some, and never none', () => {
  expect(connectionsMax()).toBeGreaterThanOrEqual(1);
  expect(connectionsWithin(0, 0)).toBe(1);
});

test('connections that all need the most fit into the memory, and into the files', () => {
  const megabyte = 1024 * 1024;
  expect(connectionsWithin(1_000_000, 256 * megabyte)).toBe(731);
  expect(connectionsWithin(undefined, 256 * megabyte)).toBe(731);
  expect(connectionsWithin(undefined, 64 * megabyte)).toBe(73);
  expect(connectionsWithin(undefined, 64 * 1024 * megabyte)).toBe(10_000);
  expect(connectionsWithin(1024, 64 * 1024 * megabyte)).toBe(488);
});

test('connections beyond the limit are reset, and taken again when there is room', async () => {
  const pod = await answering();
  const agent = await startAgent(pod.port, undefined, 2);
  closers.push(agent.server.close);
  const [first, second] = [await openRawClient(agent.port), await openRawClient(agent.port)];
  await until(() => agent.server.clients.open === 2);
  const third = await openRawClient(agent.port).then(
    ({ closed }) => closed,
    () => 'reset',
  );
  expect(third).toBe('reset');
  expect(agent.server.clients.refused).toBe(1);
  second.write(get);
  await second.until((text) => text.endsWith('ok'));
  first.socket.destroy();
  await until(() => agent.server.clients.open === 1);
  const fourth = await openRawClient(agent.port);
  fourth.write(get);
  await fourth.until((text) => text.endsWith('ok'));
  for (const { socket } of [second, fourth]) socket.destroy();
});

test('a head that stays incomplete is answered 408, an idle connection is let be', async () => {
  const pod = await answering();
  const agent = await startAgent(pod.port);
  closers.push(agent.server.close);
  const slow = await openRawClient(agent.port);
  const idle = await openRawClient(agent.port);
  idle.write(get);
  await idle.until((text) => text.endsWith('ok'));
  slow.write('GET / HTTP/1.1\r\nHost: a\r\n');
  await until(() => agent.server.clients.bytes().read > get.length);
  agent.server.expire(Date.now() - 60_000);
  expect(slow.text()).toBe('');
  agent.server.expire(Date.now() + 1);
  await slow.closed;
  expect(slow.text()).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  idle.write(get);
  await idle.until((text) => text.split('200 OK').length === 3);
  for (const { socket } of [slow, idle]) socket.destroy();
});

/** Sockets that this process holds. */
const socketsOpen = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

test('thousands of connections, with requests and without, leave nothing behind', async () => {
  const pod = await answering();
  const agent = await startAgent(pod.port);
  closers.push(agent.server.close);
  const round = async (index: number): Promise<void> => {
    const client = await openRawClient(agent.port);
    if (index % 3 > 0) {
      client.write(get);
      await client.until((text) => text.endsWith('ok'));
    }
    if (index % 2 === 0) client.socket.destroy();
    else client.socket.resetAndDestroy();
  };
  const before = socketsOpen();
  for (let index = 0; index < 3000; index += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, offset) => round(index + offset)));
  }
  await until(
    () => agent.server.clients.open === 0 && socketsOpen() <= before,
    'the end of all sockets',
  );
  expect(agent.server.clients.accepted).toBe(3000);
}, 60_000);

test.runIf(process.platform === 'linux')(
  'with 64 files it refuses and goes on (Linux: `ulimit -n`)',
  async () => {
    const pod = await answering();
    for (const more of [[], ['--max-connections', '1000']]) {
      const { child, port, stderr } = await startLimited(pod.port, more, { files: 64 });
      closers.push(() => child.kill('SIGKILL'));
      const clients: Socket[] = [];
      for (let count = 0; count < 200; count++) {
        const socket = connect({ port, host: '127.0.0.1' });
        socket.on('error', () => {});
        socket.on('connect', () => socket.write(get));
        clients.push(socket);
      }
      await until(
        () => clients.filter(({ destroyed, bytesRead }) => destroyed || bytesRead > 0).length > 150,
        'answers or refusals',
      );
      expect(child.exitCode).toBe(null);
      for (const client of clients) client.destroy();
      // It serves again once there is room.
      await until(async () => {
        const client = await openRawClient(port).catch(() => undefined);
        if (client === undefined) return false;
        client.write(get);
        const text = await client.until((now) => now.endsWith('ok')).catch(() => '');
        client.socket.destroy();
        return text !== '';
      }, `an answer: ${stderr()}`);
      child.kill('SIGKILL');
    }
  },
  60_000,
);
