import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { cleanUp } from '../folder.ts';
import { endAll, type Running, start } from './process.ts';
import { serveText, startWorld, type World } from './world.ts';

let world: World;
let pod: number;
const sessions: Running[] = [];
beforeAll(async () => {
  pod = await serveText('pod');
  world = await startWorld(pod);
});
afterEach(async () => {
  for (const session of sessions.splice(0)) {
    session.child.kill('SIGKILL');
    await session.ended;
  }
  await world.byway(['leave', '--all']);
});
afterAll(async () => {
  await endAll();
  await cleanUp();
});

const intercept = async (...more: readonly string[]): Promise<Running> => {
  const port = await serveText('laptop');
  const session = world.startByway(['intercept', 'pricing', '--port', String(port), ...more]);
  sessions.push(session);
  await session.says('ready');
  return session;
};

const send = async (path: string, headers: Readonly<Record<string, string>>): Promise<string> =>
  await (await fetch(`http://127.0.0.1:${world.agentPort}${path}`, { headers })).text();

const lines = ({ stdout }: Running): readonly Record<string, unknown>[] =>
  stdout()
    .trim()
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line));

test('status says what came close and what to change, and never a key', async () => {
  const session = await intercept('--http-path-prefix', '/price');
  const strange = 'z'.repeat(26);
  expect(await send(`/admin?key=${world.key}`, { 'x-byway-id': world.key })).toContain('pod');
  await send('/price/1', { baggage: `byway=${strange}` });
  await send('/price/2', { baggage: `byway=${strange}` });
  await send('/price/3', { tracestate: `byway=${world.key}` });
  await send('/price/4', { 'byway-id': world.key });
  await send('/price/5', { 'x-byway-id': world.key.slice(0, 20) });
  await send('/price/6', {});
  let told = '';
  await until(
    async () => {
      told = (await world.byway(['status'])).stdout;
      return told.includes('6 requests came close');
    },
    'the near misses',
    20_000,
  );
  expect(told).toContain('6 requests came close in the last minute: baggage "byway" had another');
  expect(told).toContain('baggage "byway" had another value (2)');
  expect(told).toContain('path /admin is not in your filter (1)');
  expect(told).toContain('your key was in tracestate, but not in baggage (1)');
  expect(told).toContain('Send your key: byway curl URL');
  const json = (await world.byway(['status', '--json'])).stdout;
  const [one] = JSON.parse(json).intercepts;
  expect(one.nearMisses.map(({ reason }: { readonly reason: string }) => reason)).toEqual([
    'other_value',
    'other_value',
    'other_value',
    'in_tracestate',
    'wrong_carrier',
    'malformed',
  ]);
  await session.says('Came close: ');
  for (const text of [told, json, session.stderr(), session.stdout()]) {
    expect(text).not.toContain(world.key);
    expect(text).not.toContain(strange);
    expect(text).not.toContain(world.key.slice(0, 20));
  }
});

test('a session says the counts and what came close as lines of JSON', async () => {
  const session = await intercept('--json', '--http-path-prefix', '/price');
  await send('/price/1', { 'x-byway-id': world.key });
  await send('/admin', { 'x-byway-id': world.key });
  const of = (event: string) => lines(session).filter((line) => line['event'] === event);
  const close = () => of('near_misses').filter(({ misses }) => (misses as unknown[]).length > 0);
  await until(() => close().length > 0, 'near misses');
  expect(close().at(-1)).toMatchObject({
    misses: [{ method: 'GET', path: '/admin', reason: 'other_value' }],
  });
  const answered = () =>
    (of('counts').at(-1)?.['counts'] as { answered: number } | undefined)?.answered;
  await until(() => answered() === 1, 'the counts');
  expect(of('counts').at(-1)).toMatchObject({ counts: { matched: 1, diverted: 1, passed: {} } });
});

type Counts = {
  readonly seen: number;
  readonly matched: number;
  readonly diverted: number;
  readonly answered: number;
  readonly passed: Readonly<Record<string, number>>;
  readonly failed: Readonly<Record<string, number>>;
};

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, one) => sum + one, 0);

const valuesOf = (text: string, name: string): readonly number[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`))
    .map((line) => Number(line.split(' ').at(-1)));

test('the funnel adds up over replicas, and is the same in status and /metrics', async () => {
  const agent = start(
    'byway-agent',
    // biome-ignore format: pairs
    ['--workload', 'pricing', '--listen', '127.0.0.1:0', '--upstream', `127.0.0.1:${pod}`,
      '--manager', world.url, '--admin', '127.0.0.1:0'],
    { environment: world.environment },
  );
  await agent.says('"event":"ready"');
  const { listen, admin } = JSON.parse(agent.stdout()) as { listen: string[]; admin: string };
  const session = await intercept('--json');
  const ask = (address: string, count: number, headers: Readonly<Record<string, string>>) =>
    Promise.all(Array.from({ length: count }, () => fetch(`http://${address}/`, { headers })));
  const mine = { 'x-byway-id': world.key };
  await ask(`127.0.0.1:${world.agentPort}`, 3, mine);
  await ask(listen[0] ?? '', 4, mine);
  await ask(listen[0] ?? '', 2, {});
  session.child.kill('SIGSTOP');
  session.child.kill('SIGKILL');
  await session.ended;
  const detail = async () =>
    JSON.parse((await world.byway(['status', '--json'])).stdout).intercepts[0] as {
      readonly counts: Counts;
      readonly state: string;
      readonly replicas: {
        readonly connected: readonly { readonly counts: Counts }[];
        readonly others: Counts;
      };
    };
  await until(async () => (await detail()).state === 'disconnected', 'the loss', 20_000);
  await ask(listen[0] ?? '', 2, mine);
  await until(async () => (await detail()).counts.matched === 9, 'all counts', 20_000);
  const { counts, replicas } = await detail();
  expect(counts).toMatchObject({ seen: 11, matched: 9, diverted: 7, answered: 7 });
  expect(counts.answered + total(counts.passed) + total(counts.failed)).toBe(counts.matched);
  expect(replicas.connected.map((one) => one.counts.matched).sort()).toEqual([3, 6]);
  for (const stage of ['seen', 'matched', 'diverted', 'answered'] as const) {
    const sum = replicas.connected.reduce((all, one) => all + one.counts[stage], 0);
    expect(sum + replicas.others[stage]).toBe(counts[stage]);
  }
  const people = (await world.byway(['status'])).stdout;
  expect(people.match(/^ {4}ag_\S+ {2}seen /gm)).toHaveLength(2);
  const metrics = await (await fetch(`http://${admin}/metrics`)).text();
  expect(valuesOf(metrics, 'byway_agent_seen_total')).toEqual([8]);
  expect(valuesOf(metrics, 'byway_agent_matched_total')).toEqual([6]);
  expect(total(Object.fromEntries(valuesOf(metrics, 'byway_agent_passed_total').entries()))).toBe(
    2,
  );
  expect(metrics).not.toContain(world.key);
  agent.child.kill('SIGKILL');
  await agent.ended;
  await until(async () => (await detail()).replicas.connected.length === 1, 'one replica');
  const after = await detail();
  expect(after.counts).toEqual(counts);
  expect(after.replicas.others.matched).toBe(6);
}, 60_000);
