import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { openRawClient } from '../support/raw-client.ts';
import { startRawServer } from '../support/raw-server.ts';
import { until } from '../support/until.ts';
import { key, laptopOn, rule, startAgent } from './start-agent.ts';

/** Numbers from 0 to 1 that a seed determines. */
const randomFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const answers = [
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
  `HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n${'x'.repeat(50_000)}`,
  'HTTP/1.1 200 OK\r\n\r\nuntil the end',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcX',
  'nonsense\r\n\r\n',
];

const requestLines = [
  'GET / HTTP/1.1\r\nHost: a\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n',
  '\x16\x03\x01 not HTTP\r\n',
];

test.each([1, 2, 3])('resets and ends at any moment harm nobody else (seed %i)', async (seed) => {
  const random = randomFrom(seed);
  const pick = <Item>(items: readonly Item[]): Item =>
    items[Math.floor(random() * items.length)] as Item;
  const stop = (socket: Socket): void => {
    const [end, reset, destroy] = [
      () => socket.end(),
      () => socket.resetAndDestroy(),
      () => socket.destroy(),
    ];
    pick([end, reset, destroy])();
  };
  const later = (act: () => void): void => void setTimeout(act, random() * 15);
  const hostile = () =>
    startRawServer(
      (socket) => {
        if (socket.destroyed || socket.writableEnded) return;
        const answer = pick(answers);
        socket.write(answer.slice(0, Math.ceil(random() * 1.5 * answer.length)), 'latin1');
        if (random() < 0.5) later(() => stop(socket));
      },
      (socket) => {
        socket.on('end', () => socket.end());
        if (random() < 0.2) later(() => stop(socket));
        // A client that has left is only noticed while its bytes are read, so nobody waits for ever.
        setTimeout(() => socket.resetAndDestroy(), 100);
      },
    );
  const [pod, laptop] = [await hostile(), await hostile()];
  const agent = await startAgent(pod.port, laptopOn(laptop.port));
  agent.rules(rule(pod.port));
  const call = async (): Promise<void> => {
    const client = await openRawClient(agent.port);
    const lines = `${pick(requestLines)}${random() < 0.5 ? `x-byway-id: ${key}\r\n` : ''}\r\n`;
    const bytes = lines + (random() < 0.5 ? 'b'.repeat(3000) : '5\r\nhello\r\n0\r\n\r\n');
    client.write(bytes.slice(0, Math.ceil(random() * 1.3 * bytes.length)));
    if (random() < 0.3) later(() => client.write(lines));
    await new Promise((resolve) => setTimeout(resolve, random() * 25));
    if (random() < 0.5) client.socket.resetAndDestroy();
    else client.socket.destroy();
  };
  for (let round = 0; round < 20; round++) await Promise.all(Array.from({ length: 20 }, call));
  const load = agent.table.get(rule(0).id)?.load;
  await until(() => load?.inFlight === 0, 'nothing in flight');
  await until(() => agent.server.clients.open === 0, 'the end of all clients');
  expect(agent.server.clients.accepted).toBe(400);
  await Promise.all([agent.server.close(), pod.close(), laptop.close()]);
});
