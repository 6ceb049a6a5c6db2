// Thousands of idle keep-alive connections beside a steady trickle of requests on others. Each has
// made requests, some of them for the laptop, and makes another one at the end; once they are gone,
// the agent's connections, files and memory are as before. Linux only: it reads /proc. Sends to
// loopback only.
import { readdirSync, readFileSync } from 'node:fs';
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

const trickleConnections = 16;
const trickleEveryMs = 20;
/** One request in so many is for the laptop. */
const matchedEvery = 10;
const firstRoundSeconds = 5;
const settleMsMax = 60_000;
/** Files of the agent that come and go with the manager. */
const filesSpare = 4;
const memoryGrowthMax = 1.25;

const filesOf = ({ pid }) => readdirSync(`/proc/${pid}/fd`).length;

/** What the system lets this process open; Node has raised the soft limit to the hard one. */
const filesMax = () =>
  Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))[1]);

const start = async () => {
  const manager = await startManager();
  const { url } = manager.ready;
  const agent = await startAgent(url, await startService('pod'));
  await startLaptop(url, await startService('laptop'));
  const { key } = await (await call(url, ownerToken(), 'GET', '/v1/me')).json();
  return { agent, key, port: Number(agent.ready.listen[0].split(':').at(-1)), failed: 0, asked: 0 };
};

const request = async (run, connection, number) => {
  const isMatched = number % matchedEvery === 0;
  const path = `/${number}`;
  const expected = `${isMatched ? 'laptop' : 'pod'} ${path}`;
  const isRight = await ask(
    connection,
    path,
    expected,
    isMatched ? `x-byway-id: ${run.key}\r\n` : '',
  );
  run.asked += 1;
  if (!isRight) run.failed += 1;
};

const trickle = async (run, isOver) => {
  const connection = await openConnection(run.port);
  for (let number = 0; !isOver(); number++) {
    await request(run, connection, number);
    await sleep(trickleEveryMs);
  }
  connection.socket.destroy();
};

/** Opens all, holds them for so long, asks each once more, closes them. */
const round = async (run, connections, seconds) => {
  const all = await inBatches(connections, async (index) => {
    const connection = await openConnection(run.port);
    for (let number = index; number < index + 3; number++) await request(run, connection, number);
    return connection;
  });
  await sleep(seconds * 1000);
  const memory = memoryMb(run.agent.child);
  const open = all.filter(({ isOpen }) => isOpen).length;
  await inBatches(connections, (index) => request(run, all[index], index));
  for (const { socket } of all) socket.destroy();
  return { memory, open };
};

const measure = async ({ agent }) => ({
  connections: (await metricsOf(agent)).byway_agent_connections,
  files: filesOf(agent.child),
  memory: memoryMb(agent.child),
});

// The trickle goes on meanwhile, without which Node would not tidy up its memory.
const settled = async (run, isAsBefore) => {
  const end = Date.now() + settleMsMax;
  let now = await measure(run);
  while (!isAsBefore(now) && Date.now() < end) {
    await sleep(200);
    now = await measure(run);
  }
  return now;
};

const main = async (connections, seconds) => {
  const run = await start();
  let over = false;
  const trickles = Array.from({ length: trickleConnections }, () => trickle(run, () => over));
  await sleep(2000);
  const fresh = await measure(run);
  // What the first thousands leave in the allocator's hands is no leak; growth from then on is.
  const first = await round(run, connections, firstRoundSeconds);
  const before = await settled(run, (now) => now.connections === fresh.connections);
  const second = await round(run, connections, seconds);
  const after = await settled(
    run,
    (now) =>
      now.connections === before.connections &&
      now.files <= before.files + filesSpare &&
      now.memory < before.memory * memoryGrowthMax,
  );
  over = true;
  await Promise.all(trickles);
  const bytesEach = ((first.memory - fresh.memory) * 1024 * 1024) / connections;
  return { ...run, bytesEach, open: second.open, before, after };
};

const verdict = ({ failed, open, before, after }, connections) =>
  failed === 0 &&
  open === connections &&
  after.connections === before.connections &&
  after.files <= before.files + filesSpare &&
  after.memory < before.memory * memoryGrowthMax;

/** Resolves with 0 when all stayed open, none failed and nothing was left behind. */
export const soak = async ({ connections = 5_000, seconds = 100 }) => {
  // Both ends of the way through the agent are here, as the clients and as the service.
  const most = Math.floor(filesMax() / 2) - 200;
  if (connections > most) {
    process.stdout.write(
      `idle: ${connections} connections need a higher limit of open files ` +
        `(ulimit -n) than ${filesMax()}, which is good for ${most}: FAILED\n`,
    );
    return 1;
  }
  try {
    const result = await main(connections, seconds);
    const isWell = verdict(result, connections);
    const { before, after } = result;
    process.stdout.write(
      `idle: ${result.open} of ${connections} idle connections open after ${seconds} s, ` +
        `${(result.bytesEach / 1024).toFixed(1)} KB each; ${result.asked} requests beside and on ` +
        `them, ${result.failed} failed; agent's connections ${before.connections} -> ` +
        `${after.connections}, files ${before.files} -> ${after.files}, ` +
        `${before.memory.toFixed(0)} MB -> ${after.memory.toFixed(0)} MB: ` +
        `${isWell ? 'ok' : 'FAILED'}\n`,
    );
    return isWell ? 0 : 1;
  } finally {
    endAll();
  }
};
