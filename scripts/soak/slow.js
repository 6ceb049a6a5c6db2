// Thousands of clients that send half a head or half a body and then nothing more, to an agent with
// little memory that takes few connections: it refuses what is too much, its memory stays under a
// bound, and those who behave are served. Linux only: it reads /proc. Sends to loopback only.
import { setTimeout as sleep } from 'node:timers/promises';
import { call } from './changes.js';
import { ask, inBatches, openConnection } from './keep-alive.js';
import {
  endAll,
  memoryMb,
  metricsOf,
  ownerToken,
  startAgent,
  startLaptop,
  startManager,
  startService,
} from './programs.js';

const connectionsMax = 500;
const heapMb = 64;
const goodConnections = 8;
const goodEveryMs = 10;
const sampleMs = 100;
/** What the agent may have in all, and what each connection that it takes may add to that. */
const memoryMbMax = 200;
const connectionKbMax = 256;

const kept = 64 * 1024;
const fields = (bytes) =>
  Array.from({ length: Math.floor(bytes / 512) }, (_, index) =>
    `x-${index}: `.padEnd(510, 'v').concat('\r\n'),
  ).join('');

// Just below the limit of a head, and as much of a body as is kept for the pod.
const halfHead = `GET / HTTP/1.1\r\nHost: soak\r\n${fields(kept - 1024)}`;
const halfBody = (headers) =>
  `POST / HTTP/1.1\r\nHost: soak\r\n${headers}Content-Length: ${16 * kept}\r\n\r\n`.concat(
    'b'.repeat(kept),
  );

const start = async () => {
  const manager = await startManager();
  const { url } = manager.ready;
  const more = ['--max-connections', String(connectionsMax)];
  const environment = { NODE_OPTIONS: `--max-old-space-size=${heapMb}` };
  const agent = await startAgent(url, await startService('pod'), more, environment);
  await startLaptop(url, await startService('laptop'));
  const { key } = await (await call(url, ownerToken(), 'GET', '/v1/me')).json();
  return { agent, key, port: Number(agent.ready.listen[0].split(':').at(-1)), asked: 0, failed: 0 };
};

const behave = async (run, connection, isOver) => {
  for (let number = 0; !isOver(); number++) {
    run.asked += 1;
    if (!(await ask(connection, `/${number}`, `pod /${number}`))) run.failed += 1;
    await sleep(goodEveryMs);
  }
  connection.socket.destroy();
};

const watchMemory = async (run, isOver) => {
  let most = 0;
  while (!isOver() && run.agent.child.exitCode === null) {
    most = Math.max(most, memoryMb(run.agent.child));
    await sleep(sampleMs);
  }
  return most;
};

const crowd = (run, clients) => {
  const starts = [halfHead, halfBody(`x-byway-id: ${run.key}\r\n`), halfBody('')];
  return inBatches(clients, async (index) => {
    const connection = await openConnection(run.port).catch(() => undefined);
    connection?.socket.resume().write(starts[index % starts.length]);
    return connection;
  });
};

const main = async (clients, seconds) => {
  const run = await start();
  let over = false;
  const isOver = () => over;
  const good = await inBatches(goodConnections, () => openConnection(run.port));
  const work = good.map((connection) => behave(run, connection, isOver));
  await sleep(2000);
  const before = memoryMb(run.agent.child);
  const most = watchMemory(run, isOver);
  const slow = await crowd(run, clients);
  await sleep(seconds * 1000);
  const metrics = await metricsOf(run.agent);
  for (const connection of slow) connection?.socket.destroy();
  const isFree = await servesAgain(run);
  over = true;
  await Promise.all(work);
  return {
    ...run,
    before,
    most: await most,
    taken: metrics.byway_agent_connections,
    refused: metrics['byway_agent_connections_total{outcome="refused"}'],
    isFree,
  };
};

const servesAgain = async (run) => {
  for (let tries = 0; tries < 100; tries++) {
    const connection = await openConnection(run.port).catch(() => undefined);
    const isServed = connection !== undefined && (await ask(connection, '/again', 'pod /again'));
    connection?.socket.destroy();
    if (isServed) return true;
    await sleep(100);
  }
  return false;
};

/** Resolves with 0 when the agent lived, kept to its bounds and served the others. */
export const soak = async ({ connections = 4_000, seconds = 20 }) => {
  try {
    const result = await main(connections, seconds);
    const { before, most, taken, refused, asked, failed } = result;
    const kilobytes = ((most - before) * 1024) / taken;
    const isWell =
      failed === 0 &&
      refused > 0 &&
      result.isFree &&
      result.agent.child.exitCode === null &&
      most <= memoryMbMax &&
      kilobytes <= connectionKbMax;
    process.stdout.write(
      `slow: ${connections} clients with half a head or body, ${taken} connections taken, ` +
        `${refused} refused; agent ${before.toFixed(0)} MB -> ${most.toFixed(0)} MB at most ` +
        `(bound ${memoryMbMax}), ${kilobytes.toFixed(0)} KB each (bound ${connectionKbMax}); ` +
        `${asked} requests of others, ${failed} failed: ${isWell ? 'ok' : 'FAILED'}\n`,
    );
    return isWell ? 0 : 1;
  } finally {
    endAll();
  }
};
