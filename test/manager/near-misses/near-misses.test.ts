import { createHash } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import type { Intercept, InterceptDetail } from '../../../src/protocol/intercepts.ts';
import type { NearMiss } from '../../../src/protocol/near-miss.ts';
import type { Sighting } from '../../../src/protocol/sighting.ts';
import { until } from '../../support/until.ts';
import {
  type AgentOptions,
  call,
  cleanUp,
  create,
  type Events,
  events,
  type FakeAgent,
  interceptOf,
  newToken,
  startAgent,
  startLaptop,
  startWorld,
  type World,
  wanted,
} from '../world.ts';

afterEach(cleanUp);

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
type Asked = Parameters<NonNullable<AgentOptions['onAsk']>>[0];

type Shop = {
  readonly world: World;
  readonly agent: FakeAgent;
  readonly asked: Asked[];
  readonly intercept: Intercept;
  readonly session: string;
};

/** A manager, an agent of pricing that can be asked, and ada's intercept of it. */
const openShop = async (more: Parameters<typeof wanted>[1] = {}): Promise<Shop> => {
  const world = await startWorld();
  const asked: Asked[] = [];
  const agent = await startAgent(world, 'pricing', { onAsk: (event) => asked.push(event) });
  const { session } = await startLaptop(world);
  return {
    world,
    agent,
    asked,
    intercept: interceptOf(await create(world, wanted(session, more))),
    session,
  };
};

let number = 0;
const sighting = (more: Partial<Sighting>): Sighting => ({
  number: ++number,
  agoMs: 0,
  port: 8080,
  method: 'GET',
  path: '/admin',
  reason: 'other_value',
  ...more,
});

const look = ({ world, intercept }: Shop, token = world.ownerToken): Promise<Events> =>
  events(world, `/v1/intercepts/${intercept.id}/events`, token);

const missesIn = ({ seen }: Events): readonly NearMiss[] | undefined =>
  seen.findLast(({ type }) => type === 'near_misses')?.['misses'] as never;

const detailOf = async ({ world, intercept }: Shop, token?: string): Promise<InterceptDetail> => {
  const more = token === undefined ? {} : { token };
  const { body } = await call(world, 'GET', `/v1/intercepts/${intercept.id}`, more);
  return body as unknown as InterceptDetail;
};

const cart = { match: { key: 'personal', all: [{ on: 'path', prefix: '/cart' }] } } as const;

test('agents are asked while somebody looks, and their sightings become words', async () => {
  const shop = await openShop(cart);
  const { agent, asked, intercept } = shop;
  const { id } = intercept;
  await agent.report({ sightings: [sighting({ rule: id, predicate: 0, path: '/before' })] });
  expect(asked).toEqual([]);
  const first = await look(shop);
  const second = await look(shop);
  await until(() => asked.length > 0);
  await agent.report({ sightings: [sighting({ rule: id, predicate: 0, agoMs: 1_000 })] });
  await until(() => (missesIn(first)?.length ?? 0) > 0 && (missesIn(second)?.length ?? 0) > 0);
  const [miss] = missesIn(first) ?? [];
  expect(miss).toEqual({
    at: expect.any(String),
    method: 'GET',
    path: '/admin',
    reason: 'other_value',
    detail: 'path /admin is not in your filter',
    advice: expect.stringContaining('--http-path-prefix'),
  });
  first.stop();
  second.stop();
  await until(() => asked.length === 2);
  expect(asked).toEqual([
    { type: 'ask', nearMisses: [id], wanted: true },
    { type: 'ask', nearMisses: [id], wanted: false },
  ]);
});

test('whoever comes to look later is told what is known, and an agent that comes later is asked', async () => {
  const shop = await openShop();
  const first = await look(shop);
  await until(() => shop.asked.length === 1);
  await shop.agent.report({ sightings: [sighting({ keySha256: sha256('x') })] });
  await until(() => missesIn(first)?.length === 1);
  expect(missesIn(await look(shop)) ?? []).toBeDefined();
  const second = await look(shop);
  await until(() => missesIn(second)?.length === 1);
  const asked: Asked[] = [];
  await startAgent(shop.world, 'pricing', { onAsk: (event) => asked.push(event) });
  await until(() => asked.length === 1);
  expect(asked[0]).toMatchObject({ nearMisses: [shop.intercept.id], wanted: true });
});

test('one who asks once waits for the answers of the agents', async () => {
  const shop = await openShop(cart);
  const { agent, asked, intercept } = shop;
  const asking = detailOf(shop);
  await until(() => asked.length === 1);
  await agent.report({ sightings: [sighting({ rule: intercept.id, predicate: 0 })] });
  expect((await asking).nearMisses).toHaveLength(1);
  await until(() => asked.length === 2);
  expect(asked[1]?.wanted).toBe(false);
  // Nobody looks: what was said is gone, and an agent that says nothing is not waited for.
  expect((await detailOf(shop)).nearMisses).toEqual([]);
});

test('only its owner is told, not the owner of the manager', async () => {
  const shop = await openShop();
  const { world } = shop;
  const { token } = await newToken(world, { role: 'user', user: 'mia' });
  const mias = await startLaptop(world, { token });
  const intercept = interceptOf(await create(world, wanted(mias.session), token));
  const ofMia = { ...shop, intercept };
  const [adas, own] = [await look(ofMia), await look(ofMia, token)];
  await until(() => shop.asked.length === 1);
  await shop.agent.report({ sightings: [sighting({ keySha256: sha256('x') })] });
  await until(() => missesIn(own)?.length === 1);
  expect(missesIn(adas)).toBeUndefined();
  expect(await detailOf(ofMia)).not.toHaveProperty('nearMisses');
  expect((await detailOf(ofMia, token)).nearMisses).toHaveLength(1);
});

test("another user's request is nobody's near miss, one's own former key is", async () => {
  const shop = await openShop();
  const { world, agent } = shop;
  const keyOf = async (token?: string) =>
    (await call(world, 'GET', '/v1/me', token === undefined ? {} : { token })).body[
      'key'
    ] as string;
  const former = await keyOf();
  expect((await call(world, 'POST', '/v1/me/rotate-key')).status).toBeLessThan(300);
  const { token } = await newToken(world, { role: 'user', user: 'mia' });
  const mias = await keyOf(token);
  const watch = await look(shop);
  await until(() => shop.asked.length === 1);
  const stray = (key: string, path: string) => sighting({ keySha256: sha256(key), path });
  await agent.report({
    sightings: [stray(mias, '/mia'), stray(former, '/former'), stray('nobody', '/nobody')],
  });
  await until(() => missesIn(watch)?.length === 2);
  expect(missesIn(watch)?.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
    '/former former_key',
    '/nobody other_value',
  ]);
});

test('a key that nobody has is told only where path and method were right', async () => {
  const shop = await openShop(cart);
  const watch = await look(shop);
  await until(() => shop.asked.length === 1);
  await shop.agent.report({
    sightings: [sighting({ path: '/admin' }), sighting({ path: '/cart/1' })],
  });
  await until(() => missesIn(watch)?.length === 1);
  expect(missesIn(watch)?.[0]?.path).toBe('/cart/1');
});

test('a hostile agent can tell nothing of other workloads, ports, predicates, or twice', async () => {
  const shop = await openShop(cart);
  const { world, agent, intercept } = shop;
  const cartAgent = await startAgent(world, 'cart', { onAsk: () => {} });
  const watch = await look(shop);
  await until(() => shop.asked.length === 1);
  const good = sighting({ rule: intercept.id, predicate: 0, path: '/good' });
  const bad = (more: Partial<Sighting>) => ({ ...good, number: ++number, path: '/bad', ...more });
  await cartAgent.report({ sightings: [bad({}), sighting({ path: '/cart/bad' })] });
  await agent.report({
    sightings: [
      bad({ port: 1 }),
      bad({ predicate: 7 }),
      bad({ rule: `ic_${'z'.repeat(26)}` }),
      { ...bad({}), agoMs: 60_000 },
      good,
      good,
    ],
  });
  await until(() => (missesIn(watch)?.length ?? 0) > 0);
  expect(missesIn(watch)?.map(({ path }) => path)).toEqual(['/good']);
});

test('a path that holds a key or is steering is shown without', async () => {
  const shop = await openShop();
  const watch = await look(shop);
  await until(() => shop.asked.length === 1);
  await shop.agent.report({ sightings: [sighting({ path: `/a/${'k'.repeat(26)}/b` })] });
  await until(() => missesIn(watch)?.length === 1);
  expect(missesIn(watch)?.[0]?.path).toBe('/a/…/b');
});

test('a flood of sightings holds and shows only so many', async () => {
  const shop = await openShop();
  const watch = await look(shop);
  await until(() => shop.asked.length === 1);
  for (let report = 0; report < 10; report++) {
    const all = Array.from({ length: 24 }, (_, index) => sighting({ path: `/${report}/${index}` }));
    expect((await shop.agent.report({ sightings: all })).status).toBe(204);
  }
  await until(() => missesIn(watch)?.some(({ path }) => path === '/9/23') === true);
  expect(missesIn(watch)).toHaveLength(50);
});

const counts = { seen: 1, matched: 1, diverted: 1, answered: 1, passed: {}, failed: {} };

test.each<[string, (id: string) => object]>([
  ['too many sightings', () => ({ sightings: Array.from({ length: 25 }, () => sighting({})) })],
  ['a reason of its own', () => ({ sightings: [{ ...sighting({}), reason: 'because' }] })],
  ['words of its own', () => ({ sightings: [{ ...sighting({}), detail: 'call 555' }] })],
  ['a value in clear', () => ({ sightings: [sighting({ value: 'secret' })] })],
  ['a long path', () => ({ sightings: [sighting({ path: 'x'.repeat(129) })] })],
  ['a steering method', () => ({ sightings: [sighting({ method: '\u001b[2J' })] })],
  ['sightings of another type', () => ({ sightings: 'many' })],
  ['figures whose sum is infinite', (id) => ({ counts: { [id]: { ...counts, seen: 1e308 } } })],
  ['a negative figure', (id) => ({ counts: { [id]: { ...counts, seen: -1 } } })],
  ['text for a reason', (id) => ({ counts: { [id]: { ...counts, passed: { 'a"} 1\nb': 1 } } } })],
  [
    'too many reasons',
    (id) => ({
      counts: {
        [id]: {
          ...counts,
          failed: Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`r${index}`, 1])),
        },
      },
    }),
  ],
  ['an id that is none', () => ({ counts: { __proto__x: counts } })],
])('a report with %s is refused as a whole', async (_, more) => {
  const shop = await openShop();
  const reply = await shop.agent.report({ ports: [9], ...more(shop.intercept.id) });
  expect(reply.status).toBe(400);
  expect((await detailOf(shop)).counts.seen).toBe(0);
  expect(JSON.stringify((await call(shop.world, 'GET', '/v1/workloads')).body)).toContain('[8080]');
});

test('megabytes are refused', async () => {
  const { agent } = await openShop();
  const path = 'x'.repeat(2_000_000);
  expect((await agent.report({ sightings: [sighting({ path })] })).status).toBe(413);
});

test('counts of an agent that is not connected, and of other workloads’ rules, are not taken', async () => {
  const shop = await openShop();
  const { world, intercept } = shop;
  const report = (agent: string, name: string) =>
    call(world, 'POST', `/v1/agents/default/process/${name}/reports`, {
      body: { agent, applied: null, ports: [], counts: { [intercept.id]: counts }, probes: [] },
    });
  expect((await report(`ag_${'a'.repeat(26)}`, 'pricing')).status).toBe(204);
  const cartAgent = await startAgent(world, 'cart');
  expect((await report(cartAgent.id, 'cart')).status).toBe(204);
  expect((await report(cartAgent.id, 'pricing')).status).toBe(204);
  expect((await detailOf(shop)).counts.seen).toBe(0);
});

test('a replica that goes away drops out, and its counts stay in the sum', async () => {
  const shop = await openShop();
  const { world, agent, intercept } = shop;
  const other = await startAgent(world, 'pricing');
  await agent.report({ counts: { [intercept.id]: { ...counts, passed: { laptop_gone: 2 } } } });
  await other.report({ counts: { [intercept.id]: { ...counts, seen: 5 } } });
  const both = await detailOf(shop);
  expect(both.counts).toMatchObject({ seen: 6, matched: 2, passed: { laptop_gone: 2 } });
  const each = Object.fromEntries(
    both.replicas?.connected.map((one) => [one.agent, one.counts.seen]) ?? [],
  );
  expect(each).toEqual({ [agent.id]: 1, [other.id]: 5 });
  expect(both.replicas?.others.seen).toBe(0);
  other.events.stop();
  await until(async () => (await detailOf(shop)).agents.connected === 1);
  const one = await detailOf(shop);
  expect(one.counts).toEqual(both.counts);
  expect(one.replicas?.connected.map(({ agent: id }) => id)).toEqual([agent.id]);
  expect(one.replicas?.others).toMatchObject({ seen: 5, matched: 1 });
});
