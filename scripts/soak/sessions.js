// A thousand laptops with ten intercepts each on one manager: its memory for a session, and the time
// from asking for an intercept until an agent has applied its rule. Three ways of asking are told
// apart: a few at once until all are there, at people's pace among all that are live, and a
// thousand at the same moment. Manager, asking, and agents with laptops are a process each. Linux only.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { newIdentifier } from '../../dist/base/identifier.js';
import { call } from './changes.js';
import { inTurns } from './in-turns.js';
import { endAll, memoryMb, ownerToken, processorMs, startManager } from './programs.js';

const workloads = Array.from({ length: 10 }, (_, index) => `w${index}`);
const effectMsMax = 50;
const patienceMs = 20_000;
/** Intercepts asked for at once until all are there. */
const atOnce = 4;
/** Intercepts that are left and made again in a second, and for how many seconds. */
const perSecond = 20;
const steadySeconds = 20;

/** When each intercept was in effect at its agent, and when its session was told that it is ready. */
const seen = { effect: new Map(), ready: new Map() };
const now = () => Number(process.hrtime.bigint()) / 1e6;

const ask = async (url, token, method, path, body) => {
  const answer = await call(url, token, method, path, body);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
};

/** The process with agents and laptops; `act` resolves when it has done what it was told. */
const startWorld = () => {
  const child = fork(join(import.meta.dirname, 'sessions-world.js'));
  child.setMaxListeners(0);
  const died = once(child, 'exit').then(() => {
    throw new Error('agents and laptops are gone');
  });
  died.catch(() => {}); // At the end they may.
  let acts = 0;
  child.on('message', ({ what, id, at, number }) => {
    if (what === 'done') child.emit(`done ${number}`);
    else if (!seen[what].has(id)) seen[what].set(id, at);
  });
  const act = async (message) => {
    const number = acts++;
    child.send({ ...message, number });
    const done = once(child, `done ${number}`, { signal: AbortSignal.timeout(120_000) });
    await Promise.race([done, died]);
  };
  return { act, end: () => child.kill() };
};

/** Asks for an intercept and follows it; resolves when it is there. */
const make = async ({ url, world }, { token, session }, workload) => {
  const at = now();
  const wanted = { workload, session, laptop: 'soak', match: { key: 'personal' } };
  const { id } = await ask(url, token, 'POST', '/v1/intercepts', wanted);
  const answered = now() - at;
  await world.act({ act: 'follow', url, token, id });
  return { id, at, answered };
};

const leave = ({ url }, { token }, { id }) => ask(url, token, 'DELETE', `/v1/intercepts/${id}`);

/** Waits until all are in effect and ready, and says how long each took. */
const timesOf = async (made) => {
  const end = Date.now() + patienceMs;
  const isThere = ({ id }) => seen.effect.has(id) && seen.ready.has(id);
  while (!made.every(isThere) && Date.now() < end) await sleep(50);
  const of = (what) =>
    made.map(({ id, at }) => (seen[what].get(id) ?? Number.POSITIVE_INFINITY) - at);
  return { effect: of('effect'), ready: of('ready'), answered: made.map((one) => one.answered) };
};

const quantile = (numbers, part) => {
  const sorted = numbers.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
};

const figures = (numbers) =>
  [0.5, 0.99, 1].map((part) => quantile(numbers, part).toFixed(1)).join(' / ');

/** Does `work` and says how long it took, for whom asked and of the manager's processor time. */
const say = async (name, child, work) => {
  const before = processorMs(child);
  const times = await timesOf(await work);
  const { effect, ready, answered } = times;
  const processor = (processorMs(child) - before) / effect.length;
  process.stdout.write(
    `  ${name}: ${effect.length} asked, ${processor.toFixed(1)} ms of the manager's processor for each; ` +
      `ms p50 / p99 / most until in effect ${figures(effect)}, until ready ${figures(ready)}, ` +
      `until answered ${figures(answered)}\n`,
  );
  return times;
};

/** Ten for each laptop, a few at once. */
const fill = async (place, laptops) => {
  const made = [];
  await inTurns(
    laptops,
    async (laptop) => {
      laptop.intercepts = [];
      for (const workload of workloads) laptop.intercepts.push(await make(place, laptop, workload));
      made.push(...laptop.intercepts);
    },
    atOnce,
  );
  return made;
};

/** Somebody leaves an intercept and makes it again, so many times a second. */
const steady = async (place, laptops) => {
  const made = [];
  const work = [];
  for (let number = 0; number < perSecond * steadySeconds; number++) {
    const laptop = laptops[number % laptops.length];
    const round = Math.floor(number / laptops.length);
    const index = (number + round) % workloads.length;
    work.push(
      leave(place, laptop, laptop.intercepts[index]).then(async () => {
        laptop.intercepts[index] = await make(place, laptop, workloads[index]);
        made.push(laptop.intercepts[index]);
      }),
    );
    await sleep(1000 / perSecond);
  }
  await Promise.all(work);
  return made;
};

/** Every laptop leaves one; then all ask for it at the same moment. */
const burst = async (place, laptops) => {
  await inTurns(laptops, (laptop) => leave(place, laptop, laptop.intercepts[0]), 8);
  return await Promise.all(laptops.map((laptop) => make(place, laptop, workloads[0])));
};

const newLaptops = async (url, count) => {
  const laptops = [];
  await inTurns(
    Array.from({ length: count }, (_, number) => ({ role: 'user', user: `user-${number}` })),
    async (wanted) => {
      const { token } = await ask(url, ownerToken(), 'POST', '/v1/tokens', wanted);
      laptops.push({ token, session: newIdentifier('se') });
    },
    atOnce,
  );
  return laptops;
};

const main = async (url, child, world, count) => {
  await world.act({ act: 'agents', url, token: ownerToken(), names: workloads });
  const listed = async () => (await ask(url, ownerToken(), 'GET', '/v1/workloads')).items.length;
  while ((await listed()) < workloads.length) await sleep(50);
  const laptops = await newLaptops(url, count);
  const empty = memoryMb(child);
  await world.act({ act: 'laptops', url, laptops });
  await sleep(1_000);
  const connected = memoryMb(child);
  const place = { url, world };
  await say(`${atOnce} at once until all are there`, child, fill(place, laptops));
  const full = memoryMb(child);
  const among = await say(`${perSecond} a second among all`, child, steady(place, laptops));
  await say('all at once', child, burst(place, laptops));
  const well = among.effect.length > 0 && quantile(among.effect, 0.99) < effectMsMax;
  process.stdout.write(
    `sessions: ${count} with ${workloads.length} intercepts each; manager ${empty.toFixed(0)} MB, ` +
      `${connected.toFixed(0)} MB with their tunnels, ${full.toFixed(0)} MB with all ` +
      `(${(((full - empty) * 1024) / count).toFixed(0)} KB a session): ${well ? 'ok' : 'FAILED'}\n`,
  );
  return well ? 0 : 1;
};

/** `--sessions N` (1,000). Resolves with 0 when rules made at people's pace were in effect in time. */
export const soak = async ({ sessions = 1_000 }) => {
  const world = startWorld();
  try {
    const { child, ready } = await startManager();
    return await main(ready.url, child, world, sessions);
  } finally {
    world.end();
    endAll();
  }
};
