import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { openRawClient } from '../support/raw-client.ts';
import { startRawServer } from '../support/raw-server.ts';
import { until } from '../support/until.ts';
import { startLimited } from './start-limited.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const connectionsMax = 60;
const clients = 600;
/** What each connection may take at most, and what memory grows by without any. */
const connectionMb = 0.25;
const spareMb = 24;

const memoryMb = (pid: number | undefined): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

const field = (_: unknown, index: number): string => `x-${index}: ${'v'.repeat(500)}\r\n`;
const halfHead = `GET / HTTP/1.1\r\nHost: a\r\n${Array.from({ length: 120 }, field).join('')}`;
const halfBody = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\n\r\n${'b'.repeat(65_536)}`;

test.runIf(process.platform === 'linux')(
  'hundreds of clients with half a head or body are refused beyond the limit, and it goes on',
  async () => {
    const pod = await startRawServer(
      (socket, bytes) => {
        if (bytes.toString('latin1', 0, 3) !== 'GET') return;
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      },
      (socket) => {
        socket.on('end', () => socket.end());
      },
    );
    closers.push(pod.close);
    const more = ['--max-connections', String(connectionsMax)];
    const { child, port, stderr } = await startLimited(pod.port, more, { heapMb: 48 });
    closers.push(() => child.kill('SIGKILL'));
    const good = await openRawClient(port);
    closers.push(() => good.socket.destroy());
    let asked = 0;
    const isServed = async (): Promise<void> => {
      asked += 1;
      good.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      await good.until((text) => text.split('\r\n\r\nok').length === asked + 1);
    };
    for (let times = 0; times < 100; times++) await isServed();
    const before = memoryMb(child.pid);
    const slow: Socket[] = [];
    closers.push(() => slow.map((socket) => socket.destroy()));
    for (let index = 0; index < clients; index++) {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.on('error', () => {});
      socket.on('connect', () => socket.write(index % 2 === 0 ? halfHead : halfBody));
      slow.push(socket);
      if (index % 20 === 0) await isServed();
    }
    const left = (): readonly Socket[] => slow.filter(({ destroyed }) => !destroyed);
    await until(() => left().length === connectionsMax - 1, 'refusals');
    await until(() => left().every(({ writableLength }) => writableLength === 0), 'slow clients');
    await isServed();
    expect(child.exitCode, stderr()).toBe(null);
    expect(memoryMb(child.pid) - before).toBeLessThan(connectionsMax * connectionMb + spareMb);
    for (const socket of slow) socket.destroy();
    await until(async () => {
      const client = await openRawClient(port).catch(() => undefined);
      client?.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      const text = await client?.until((now) => now.endsWith('ok')).catch(() => '');
      client?.socket.destroy();
      return text !== undefined && text !== '';
    }, 'room for another one');
  },
  60_000,
);
