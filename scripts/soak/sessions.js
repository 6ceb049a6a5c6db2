// A thousand laptops with ten intercepts each on one manager: its memory for a session, and the time
// from asking for an intercept until an agent has applied its rule. The manager is the finished
// program; agents and sessions run the programs' own parts in this process. Linux only: reads /proc.
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { startManagerLink } from '../../dist/agent/manager-link/link.js';
import { RuleTable } from '../../dist/agent/rule-table.js';
import { newIdentifier } from '../../dist/base/identifier.js';
import { answerProbe } from '../../dist/tunnel/arrivals.js';
import { dialTunnel } from '../../dist/tunnel/dial.js';
import { serveLaptopEnd } from '../../dist/tunnel/laptop-end.js';
import { endAll, memoryMb, ownerToken, startManager } from './programs.js';

const workloads = 10;
const port = 8080;
const effectMsMax = 50;
const patienceMs = 20_000;
/** Requests to the API under way at once. */
const atOnce = 4;

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const stop = new AbortController();
setMaxListeners(0, stop.signal);

const ask = async (url, token, method, path, body) => {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return await answer.json();
};

/** An agent of workload `name`; `tell(id)` is called when it has applied a rule that is active. */
const startAgent = (url, name, tell) => {
  const table = new RuleTable();
  const apply = table.apply.bind(table);
  table.apply = (event) => {
    const applied = apply(event);
    if (event.type === 'put' && event.rule.state === 'active') tell(event.rule.id);
    return applied;
  };
  const workload = { namespace: 'default', kind: 'process', name };
  startManagerLink({
    address: {
      workload,
      manager: new URL(url),
      agent: newIdentifier('ag'),
      token: async () => ownerToken(),
    },
    ports: [port],
    table,
    log: silent,
    signal: stop.signal,
  });
};

const startSession = async (url, token) => {
  const session = newIdentifier('se');
  const socket = await dialTunnel({
    manager: new URL(url),
    token,
    role: 'laptop',
    headers: { 'x-byway-session': session },
    signal: stop.signal,
  });
  const end = serveLaptopEnd(socket, (arrival) => {
    arrival.stream.resume();
    answerProbe(arrival, '0.10');
  });
  return { session, token, end };
};

/** Does `act` for each item, a few at once. */
const each = async (items, act, width = atOnce) => {
  const rest = [...items];
  const work = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await act(item);
  };
  await Promise.all(Array.from({ length: width }, work));
};

const quantile = (sorted, part) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];

const main = async (count) => {
  const manager = await startManager();
  const { url } = manager.ready;
  const effects = new Map();
  for (let index = 0; index < workloads; index++) {
    startAgent(url, `w${index}`, (id) => effects.set(id, performance.now()));
  }
  const listed = async () => (await ask(url, ownerToken(), 'GET', '/v1/workloads')).items.length;
  while ((await listed()) < workloads) await sleep(50);
  const numbers = Array.from({ length: count }, (_, index) => index);
  const tokens = [];
  await each(numbers, async (number) => {
    const wanted = { role: 'user', user: `user-${number}` };
    tokens[number] = (await ask(url, ownerToken(), 'POST', '/v1/tokens', wanted)).token;
  });
  const empty = memoryMb(manager.child);
  const sessions = [];
  await each(numbers, async (number) => {
    sessions.push(await startSession(url, tokens[number]));
  });
  await sleep(1_000);
  const connected = memoryMb(manager.child);
  const created = [];
  const create = async ({ session, token }) => {
    for (let index = 0; index < workloads; index++) {
      const at = performance.now();
      const wanted = { workload: `w${index}`, session, laptop: 'soak', match: { key: 'personal' } };
      const { id } = await ask(url, token, 'POST', '/v1/intercepts', wanted);
      created.push({ id, at });
    }
  };
  await each(sessions, create, 1);
  const end = Date.now() + patienceMs;
  while (created.some(({ id }) => !effects.has(id)) && Date.now() < end) await sleep(50);
  const times = created.map(({ id, at }) => (effects.get(id) ?? Number.POSITIVE_INFINITY) - at);
  times.sort((one, other) => one - other);
  await sleep(1_000);
  const full = memoryMb(manager.child);
  const alive = sessions.length;
  const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)];
  const well = p99 < effectMsMax && times.length === count * workloads;
  process.stdout.write(
    `sessions: ${alive} with ${workloads} intercepts each; manager ${empty.toFixed(0)} MB, ` +
      `${connected.toFixed(0)} MB with their tunnels, ${full.toFixed(0)} MB with all ` +
      `(${(((full - empty) * 1024) / alive).toFixed(0)} KB a session); asked until in effect ` +
      `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms: ${well ? 'ok' : 'FAILED'}\n`,
  );
  for (const session of sessions) session.end.destroy();
  return well ? 0 : 1;
};

/** `--sessions N` (1,000). Resolves with 0 when each rule was in effect in time. */
export const soak = async ({ sessions = 1_000 }) => {
  try {
    return await main(sessions);
  } finally {
    stop.abort();
    endAll();
  }
};
