// What happens to a laptop's day: the link goes down, the process stops, is killed, the manager is
// killed, packets vanish. Measures for each how long the laptop's requests wait for the pod, and how
// long for the laptop once all is well again; meanwhile wrk sends requests without the key, none of
// which may fail. In network namespaces of its own: Linux, as root.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeNetwork, whyNoNetwork } from './network.js';
import { loadInside, startTunnelWorld } from './tunnel-world.js';

const usualSeconds = 600;
/** Milliseconds in which the laptop must serve again, and to wait for that at most. */
const againMsMax = 3_000;
const patienceMs = 45_000;

/** Each breaks something for so long; `podMsMax`: by then the pod must have answered. */
const faults = [
  {
    name: 'link down for 1 s',
    seconds: 1,
    start: ({ network }) => network.linkDown(),
    end: ({ network }) => network.linkUp(),
  },
  {
    name: 'link down for 8 s',
    seconds: 8,
    start: ({ network }) => network.linkDown(),
    end: ({ network }) => network.linkUp(),
  },
  {
    name: 'link down for 40 s',
    seconds: 40,
    podMsMax: 16_000,
    start: ({ network }) => network.linkDown(),
    end: ({ network }) => network.linkUp(),
  },
  {
    name: 'packets vanish for 25 s',
    seconds: 25,
    podMsMax: 16_000,
    start: ({ network }) => network.dropPackets(),
    end: ({ network }) => network.passPackets(),
  },
  {
    name: 'laptop stopped for 25 s',
    seconds: 25,
    podMsMax: 16_000,
    start: ({ session }) => session.kill('SIGSTOP'),
    end: ({ session }) => session.kill('SIGCONT'),
  },
  {
    name: 'laptop killed',
    seconds: 2,
    podMsMax: 300,
    start: ({ session }) => session.kill('SIGKILL'),
    end: async (running) => {
      running.session = await running.world.startLaptop();
    },
  },
  {
    name: 'manager killed',
    seconds: 2,
    podMsMax: 300,
    start: async ({ manager }) => {
      manager.kill('SIGKILL');
      await once(manager, 'exit');
    },
    end: async (running) => {
      running.manager = await running.world.startManager();
    },
  },
];

const firstBy = (answers, by, since) => answers.find((one) => one.by === by && one.at >= since);

const untilServed = async (answers, since) => {
  const end = Date.now() + patienceMs;
  // Also the answer to a request that was sent before: the laptop gave it all the same.
  const served = () => answers.find(({ by, at }) => by === 'you' && at >= since);
  while (served() === undefined && Date.now() < end) await sleep(20);
  return served()?.at;
};

/** One fault from its beginning until the laptop has served for a second again. */
const suffer = async (running, fault) => {
  const { answers } = running;
  answers.length = 0;
  const startedAt = Date.now();
  await fault.start(running);
  await sleep(fault.seconds * 1000);
  const overAt = Date.now();
  await fault.end(running);
  const readyAt = Date.now();
  const servedAt = await untilServed(answers, overAt);
  await sleep(1_000);
  const podAt = firstBy(answers, 'pod', startedAt)?.at;
  return {
    fault: fault.name,
    podMs: podAt === undefined ? undefined : podAt - startedAt,
    podMsMax: fault.podMsMax,
    againMs: servedAt === undefined ? undefined : servedAt - overAt,
    startMs: readyAt - overAt,
    broken: answers.filter(({ by }) => by !== 'you' && by !== 'pod').length,
    longestMs: Math.max(0, ...answers.map(({ sentAt, at }) => at - sentAt)),
  };
};

const isWell = ({ podMs, podMsMax, againMs, broken }) =>
  (podMsMax === undefined || (podMs !== undefined && podMs <= podMsMax)) &&
  againMs !== undefined &&
  againMs <= againMsMax &&
  broken === 0;

const inSeconds = (milliseconds) =>
  milliseconds === undefined ? '-' : (milliseconds / 1000).toFixed(2);

const line = (row) =>
  `| ${row.fault.padEnd(24)} | ${inSeconds(row.podMs).padStart(12)} | ${inSeconds(row.againMs).padStart(13)} | ${inSeconds(row.longestMs).padStart(12)} | ${String(row.broken).padStart(6)} | ${isWell(row) ? 'ok' : 'FAILED'} |\n`;

const header =
  '| fault                    | pod after, s | again after, s | longest, s | broken |    |\n' +
  '| ------------------------ | ------------ | -------------- | ---------- | ------ | -- |\n';

const main = async (network, seconds) => {
  const world = await startTunnelWorld(network);
  try {
    const running = { network, world, session: world.session, manager: world.manager, answers: [] };
    world.probe((answer) => running.answers.push(answer));
    await untilServed(running.answers, 0);
    let over = false;
    const load = (async () => {
      const total = { requests: 0, failed: 0 };
      while (!over) {
        const { requests, failed } = await loadInside(network.cluster, world.url, 10);
        total.requests += requests;
        total.failed += failed;
      }
      return total;
    })();
    const rows = [];
    process.stdout.write(header);
    const until = Date.now() + seconds * 1000;
    do {
      for (const fault of faults) {
        const row = await suffer(running, fault);
        rows.push(row);
        process.stdout.write(line(row));
      }
    } while (Date.now() < until);
    over = true;
    const unmatched = await load;
    const well = unmatched.failed === 0 && unmatched.requests > 0 && rows.every(isWell);
    process.stdout.write(
      `tunnel: ${rows.length} faults; ${unmatched.requests} requests without the key, ` +
        `${unmatched.failed} failed: ${well ? 'ok' : 'FAILED'}\n`,
    );
    return well ? 0 : 1;
  } finally {
    world.end();
  }
};

/** All faults, again and again for `seconds`, at least once. Resolves with 0 when all went well. */
export const soak = async ({ seconds = usualSeconds }) => {
  const why = whyNoNetwork();
  if (why !== undefined) {
    process.stdout.write(`tunnel: not run: ${why}\n`);
    return 0;
  }
  const network = makeNetwork();
  try {
    return await main(network, seconds);
  } finally {
    network.remove();
  }
};
