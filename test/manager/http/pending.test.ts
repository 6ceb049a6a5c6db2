import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { boundPending } from '../../../src/manager/http/pending.ts';
import { openRawClient, type RawClient } from '../../support/raw-client.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const serve = async (pendingMax: number) => {
  let closed = 0;
  const server = createServer((_, response) => response.end('ok'));
  server.on('upgrade', (_request, socket) => socket.write('HTTP/1.1 101 Ok\r\n\r\n'));
  boundPending(server, pendingMax, () => {
    closed += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const open = async (): Promise<RawClient> => {
    const client = await openRawClient(port);
    cleanUps.push(() => client.socket.destroy());
    return client;
  };
  return { open, closed: () => closed };
};

test('of connections that ask for nothing the oldest goes, and one that asks finds its place', async () => {
  const { open, closed } = await serve(3);
  const idle = [await open(), await open(), await open()];
  idle[1]?.write('GET / HTTP/1.1\r\nHost: a\r\nX-Half: ');
  const asking = await open();
  asking.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await asking.until((text) => text.endsWith('ok'));
  await idle[0]?.closed;
  await open();
  await open();
  await idle[1]?.closed;
  expect(closed()).toBe(2);
});

test('who has asked is not counted any more, nor whoever was given a tunnel', async () => {
  const { open, closed } = await serve(1);
  const asking = await open();
  asking.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await asking.until((text) => text.endsWith('ok'));
  const upgraded = await open();
  upgraded.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
  await upgraded.until((text) => text.includes('101'));
  await open();
  asking.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await asking.until((text) => text.endsWith('ok') && text.lastIndexOf('ok') > 100);
  expect(closed()).toBe(0);
});
