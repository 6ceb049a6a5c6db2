// What happens to a laptop's day: the link goes down, the process stops, is killed, the manager is
// killed, packets vanish. Measures for each how long the laptop's requests wait for the pod, and how
// long for the laptop once all is well again; meanwhile wrk sends requests without the key, none of
// which may fail. In network namespaces of its own: Linux, as root.
import { setTimeout as sleep } from 'node:timers/promises';
import { makeNetwork, whyNoNetwork } from './network.js';
import { faults } from './tunnel-faults.js';
import { isWell, lineOf, tableOf } from './tunnel-report.js';
import { loadInside, startTunnelWorld } from './tunnel-world.js';

const usualSeconds = 600;
/** Milliseconds to wait at most for the laptop to serve again. */
const patienceMs = 45_000;

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
  const endedAt = Date.now();
  await fault.end(running);
  const overAt = fault.overOnceReady === true ? Date.now() : endedAt;
  const servedAt = await untilServed(answers, overAt);
  await sleep(1_000);
  const [longest] = [...answers].sort(
    (one, other) => other.at - other.sentAt - one.at + one.sentAt,
  );
  const podAt = answers.find(({ by, at }) => by === 'pod' && at >= startedAt)?.at;
  return {
    fault,
    podMs: podAt === undefined ? undefined : podAt - startedAt,
    againMs: servedAt === undefined ? undefined : servedAt - overAt,
    waitMs: longest === undefined ? 0 : longest.at - longest.sentAt,
    waitedFor: longest?.by ?? 'nobody',
    broken: answers.filter(({ by }) => by !== 'you' && by !== 'pod').map(({ by }) => by),
  };
};

/** wrk, again and again until told to stop; resolves with requests and failures. */
const load = (network, url) => {
  let over = false;
  const total = { requests: 0, failed: 0 };
  const done = (async () => {
    while (!over) {
      const { requests, failed } = await loadInside(network.cluster, url, 10);
      total.requests += requests;
      total.failed += failed;
    }
    return total;
  })();
  return () => {
    over = true;
    return done;
  };
};

const sufferAll = async (running, wanted, seconds) => {
  const rows = [];
  const until = Date.now() + seconds * 1000;
  let roundMs = 0;
  do {
    const begunAt = Date.now();
    for (const fault of wanted) {
      const row = await suffer(running, fault);
      rows.push(row);
      process.stdout.write(lineOf(row));
    }
    roundMs = Date.now() - begunAt;
  } while (Date.now() + roundMs < until);
  return rows;
};

const main = async (network, wanted, seconds) => {
  const world = await startTunnelWorld(network);
  try {
    const running = { network, world, session: world.session, manager: world.manager, answers: [] };
    world.probe((answer) => running.answers.push(answer));
    await untilServed(running.answers, 0);
    const stopLoad = load(network, world.url);
    const rows = await sufferAll(running, wanted, seconds);
    const { requests, failed } = await stopLoad();
    const well = failed === 0 && requests > 0 && rows.every(isWell);
    process.stdout.write(
      `\nThe worst of all rounds (and what is allowed):\n\n${tableOf(rows)}\n` +
        `tunnel: ${rows.length} faults; ${requests} requests without the key, ${failed} failed: ` +
        `${well ? 'ok' : 'FAILED'}\n`,
    );
    return well ? 0 : 1;
  } finally {
    world.end();
  }
};

/**
 * All faults, or those whose names contain `fault`, as often as `seconds` allow, at least once each.
 * Resolves with 0 when all bounds were kept.
 */
export const soak = async ({ seconds = usualSeconds, fault = '' }) => {
  const wanted = faults.filter(({ name }) => name.includes(fault));
  if (wanted.length === 0) {
    process.stdout.write(`tunnel: no fault is called so: ${fault}\n`);
    return 2;
  }
  const why = whyNoNetwork();
  if (why !== undefined) {
    process.stdout.write(`tunnel: not run: ${why}\n`);
    return 0;
  }
  const network = makeNetwork();
  try {
    return await main(network, wanted, seconds);
  } finally {
    network.remove();
  }
};
