import { afterEach, expect, test } from 'vitest';
import { newIdentifier } from '../../src/base/identifier.ts';
import { noCounts } from '../../src/protocol/no-counts.ts';
import {
  type AgentOptions,
  call,
  cleanUp,
  create,
  events,
  interceptOf,
  newToken,
  startAgent,
  startLaptop,
  startWorld,
  wanted,
} from './world.ts';

afterEach(cleanUp);

const begin = async (...agents: readonly AgentOptions[]) => {
  const world = await startWorld();
  const started = [];
  for (const options of agents) started.push(await startAgent(world, 'pricing', options));
  const laptop = await startLaptop(world);
  const intercept = interceptOf(await create(world, wanted(laptop.session)));
  const watch = await events(world, `/v1/intercepts/${intercept.id}/events`, world.ownerToken);
  const of = (type: string) => watch.seen.filter((event) => event.type === type);
  return { world, agents: started, laptop, intercept, watch, of };
};

const slow = (agent: number, local: number | null): AgentOptions => ({
  onProbe: async (nonce, id) => ({ nonce, id, legsMs: { agent, tunnel: 10 - agent, local } }),
});

test('ready comes once, with the slowest legs of all agents', async () => {
  const { of, watch } = await begin(slow(1, 3), slow(4, 2));
  await expect
    .poll(() => of('ready'))
    .toEqual([{ type: 'ready', legsMs: { agent: 4, tunnel: 9, local: 3 } }]);
  expect(watch.seen[0]).toMatchObject({ type: 'intercept' });
});

test('the parts of the tunnel are told when every agent measured them', async () => {
  const legs = { agent: 1, tunnel: 5, local: 1 };
  const parts = (manager: number, laptop: number): AgentOptions => ({
    onProbe: async (nonce, id) => ({ nonce, id, legsMs: { ...legs, manager, laptop } }),
  });
  const all = await begin(parts(2, 3), parts(4, 1));
  await expect
    .poll(() => all.of('ready'))
    .toEqual([{ type: 'ready', legsMs: { ...legs, manager: 4, laptop: 3 } }]);
  const older = await begin(parts(2, 3), slow(1, 1));
  await expect.poll(() => older.of('ready').length).toBe(1);
  expect(older.of('ready')[0]?.['legsMs']).not.toHaveProperty('manager');
});

test('a port that one agent’s probe found closed is reported as closed', async () => {
  const { of } = await begin(slow(1, 3), slow(1, null));
  await expect.poll(() => of('ready')).toMatchObject([{ legsMs: { local: null } }]);
});

test('whoever asks later is told as well', async () => {
  const { world, intercept, of } = await begin({});
  await expect.poll(() => of('ready').length).toBe(1);
  const late = await events(world, `/v1/intercepts/${intercept.id}/events`, world.ownerToken);
  await expect.poll(() => late.seen.map(({ type }) => type)).toEqual(['intercept', 'ready']);
});

test('a probe that fails once is tried again; one that keeps failing is not ready, with its reason', async () => {
  let tries = 0;
  const flaky: AgentOptions = {
    onProbe: async (nonce, id) =>
      tries++ === 0
        ? { nonce, id, error: 'manager_gone' }
        : { nonce, id, legsMs: { agent: 1, tunnel: 1, local: 1 } },
  };
  const once = await begin(flaky);
  await expect.poll(() => once.of('ready').length, { timeout: 3_000 }).toBe(1);
  const never = await begin({
    onProbe: async (nonce, id) => ({ nonce, id, error: 'laptop_gone' }),
  });
  await expect
    .poll(() => never.of('not_ready'), { timeout: 3_000 })
    .toEqual([{ type: 'not_ready', reason: 'A probe failed: laptop_gone.' }]);
  // Another agent is a reason to try again.
  await startAgent(never.world, 'pricing');
  await expect.poll(() => never.of('not_ready').length, { timeout: 3_000 }).toBe(2);
});

test('an answer with another nonce or from another agent proves nothing', async () => {
  const { agents, of, intercept, world } = await begin({ onProbe: () => undefined });
  const probe = () => agents[0]?.events.seen.find(({ type }) => type === 'probe');
  await expect.poll(probe).toBeDefined();
  const legsMs = { agent: 1, tunnel: 1, local: 1 };
  await agents[0]?.report({ probes: [{ nonce: 'guessed', id: intercept.id, legsMs }] });
  const stranger = await startAgent(world, 'pricing', { onProbe: () => undefined });
  const nonce = String(probe()?.['nonce']);
  await stranger.report({ probes: [{ nonce, id: intercept.id, legsMs }] });
  expect(of('ready')).toEqual([]);
});

test('an agent that stays silent makes it not ready within 10 s', async () => {
  const { of } = await begin({ onProbe: () => undefined });
  await expect
    .poll(() => of('not_ready'), { timeout: 12_000 })
    .toEqual([{ type: 'not_ready', reason: 'A probe did not come back within 10 s.' }]);
});

test('an agent that leaves while it is asked is not waited for', async () => {
  const { agents, of } = await begin({}, { onProbe: () => undefined });
  await expect.poll(() => agents[1]?.events.seen.some(({ type }) => type === 'probe')).toBe(true);
  agents[1]?.events.stop();
  await expect.poll(() => of('ready').length).toBe(1);
});

test('ready comes again after each return of the laptop', async () => {
  const { world, laptop, of, intercept } = await begin({});
  await expect.poll(() => of('ready').length).toBe(1);
  laptop.end.destroy();
  const state = async () => (await call(world, 'GET', `/v1/intercepts/${intercept.id}`)).body;
  await expect.poll(state).toMatchObject({ state: 'disconnected', expiresAt: expect.any(String) });
  await startLaptop(world, { session: laptop.session });
  await expect.poll(() => of('ready').length).toBe(2);
  expect(await state()).toMatchObject({ state: 'active', expiresAt: null });
});

test('counts of all agents are summed, and of this workload only', async () => {
  const { world, agents, intercept, of } = await begin({}, {});
  const count = (seen: number) => ({ counts: { [intercept.id]: { ...noCounts, seen } } });
  await agents[0]?.report(count(3));
  await agents[1]?.report(count(4));
  await agents[0]?.report(count(5));
  const stranger = await startAgent(world, 'cart');
  await stranger.report(count(100));
  const path = `/v1/intercepts/${intercept.id}`;
  expect((await call(world, 'GET', path)).body['counts']).toEqual({ ...noCounts, seen: 9 });
  await expect
    .poll(() => of('intercept').at(-1))
    .toMatchObject({ intercept: { counts: { seen: 9 } } });
});

test('whoever follows is told when agents come, apply and go, and nothing twice', async () => {
  const { world, agents, of } = await begin({});
  const shown = (): unknown =>
    (of('intercept').at(-1)?.['intercept'] as Record<string, unknown> | undefined)?.['agents'];
  await expect.poll(shown).toEqual({ applied: 1, connected: 1 });
  const late = await startAgent(world, 'pricing', { quiet: true });
  await expect.poll(shown).toEqual({ applied: 1, connected: 2 });
  for (let times = 0; times < 3; times++) await agents[0]?.report();
  await late.report();
  await expect.poll(shown).toEqual({ applied: 2, connected: 2 });
  late.events.stop();
  await expect.poll(shown).toEqual({ applied: 1, connected: 1 });
  const views = of('intercept').map(({ intercept }) => JSON.stringify(intercept));
  for (const [at, view] of views.entries()) expect(view).not.toBe(views[at + 1]);
});

test('rules have one epoch and versions that grow by one', async () => {
  const { world, agents, intercept, laptop } = await begin({});
  laptop.end.destroy();
  await expect.poll(() => agents[0]?.rules.get(intercept.id)?.state).toBe('disconnected');
  await call(world, 'DELETE', `/v1/intercepts/${intercept.id}`);
  const stamped = agents[0]?.events.seen.filter(({ type }) => type !== 'probe') ?? [];
  expect(new Set(stamped.map(({ epoch }) => epoch)).size).toBe(1);
  expect(stamped.map(({ version }) => version)).toEqual([0, 1, 2, 3]);
});

test('someone looking on is told the rules but counts as no agent', async () => {
  const { world, intercept } = await begin({});
  const path = '/v1/agents/default/process/pricing/rules';
  const watch = await events(world, path, world.ownerToken);
  await expect
    .poll(() => watch.seen[0])
    .toMatchObject({
      type: 'state',
      rules: [{ id: intercept.id }],
    });
  expect((await call(world, 'GET', '/v1/workloads')).body).toMatchObject({
    items: [{ agents: 1 }],
  });
});

test('what has expired ends, and says so', async () => {
  const world = await startWorld();
  const agent = await startAgent(world, 'pricing');
  const { session } = await startLaptop(world);
  const { id } = interceptOf(await create(world, wanted(session, { forSeconds: 1 })));
  const watch = await events(world, `/v1/intercepts/${id}/events`, world.ownerToken);
  await watch.ended;
  expect(watch.seen.at(-1)).toEqual({ type: 'ended', reason: 'expired', by: 'byway' });
  await expect.poll(() => agent.rules.size).toBe(0);
});

test('event streams end with their token', async () => {
  const { world, intercept } = await begin({});
  const { id, token } = await newToken(world, { role: 'user', user: 'mia' });
  const watch = await events(world, `/v1/intercepts/${intercept.id}/events`, token);
  await call(world, 'DELETE', `/v1/tokens/${id}`);
  await watch.ended;
  const brief = await newToken(world, { role: 'user', user: 'mia', forSeconds: 1 });
  const expiring = await events(world, `/v1/intercepts/${intercept.id}/events`, brief.token);
  await expiring.ended;
});

test('a second stream of one agent takes over from the first', async () => {
  const world = await startWorld();
  const agent = newIdentifier('ag');
  const path = `/v1/agents/default/process/pricing/rules?agent=${agent}`;
  const first = await events(world, path, world.ownerToken);
  const second = await events(world, path, world.ownerToken);
  await first.ended;
  await expect.poll(() => second.seen.length).toBe(1);
});
