import { afterEach, expect, test } from 'vitest';
import { explainedRulesMax } from '../../src/manager/limits.ts';
import type { Explanation, GivenRequest } from '../../src/protocol/explanation.ts';
import type { Match } from '../../src/protocol/match.ts';
import {
  call,
  cleanUp,
  create,
  interceptOf,
  newToken,
  startAgent,
  startLaptop,
  startWorld,
  wanted,
} from './world.ts';

afterEach(cleanUp);

const request = (headers: GivenRequest['headers'] = [], target = '/price/42'): GivenRequest => ({
  method: 'GET',
  target,
  headers,
});

const begin = async () => {
  const world = await startWorld();
  await Promise.all([startAgent(world, 'pricing'), startAgent(world, 'cart')]);
  const mia = (await newToken(world, { role: 'user', user: 'mia' })).token;
  const keyOf = async (token: string): Promise<string> =>
    String((await call(world, 'GET', '/v1/me', { token })).body['key']);
  const laptops = {
    ada: (await startLaptop(world)).session,
    mia: (await startLaptop(world, { token: mia })).session,
  };
  const make = async (who: 'ada' | 'mia', match: Match, more: object = {}): Promise<string> => {
    const token = who === 'ada' ? world.ownerToken : mia;
    return interceptOf(await create(world, wanted(laptops[who], { match, ...more }), token)).id;
  };
  const explain = async (
    asked: GivenRequest,
    more: { readonly service?: string } = { service: 'pricing' },
    token = world.ownerToken,
  ): Promise<Explanation> => {
    const body = { request: asked, ...more };
    const reply = await call(world, 'POST', '/v1/explain', { body, token });
    if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
    return reply.body as unknown as Explanation;
  };
  return { world, mia, keyOf, make, explain };
};

const secret: Match = {
  all: [
    { header: 'x-tenant', equals: 'secret-tenant' },
    { on: 'path', prefix: '/price' },
  ],
};

test('the key wins, the general rule comes after, and why', async () => {
  const { world, make, explain, keyOf } = await begin();
  const key = await keyOf(world.ownerToken);
  const own = await make('ada', { key: 'personal' });
  const general = await make('ada', { all: [{ on: 'path', prefix: '/price' }] });
  const { by, ports } = await explain(request([['baggage', `a=1, byway = ${key};p=1`]]));
  expect(by).toBe('service');
  expect(ports).toMatchObject([
    {
      workload: { name: 'pricing' },
      port: 8080,
      winner: own,
      rules: [
        {
          id: own,
          outcome: 'takes',
          predicates: [{ expression: 'key', met: true, reasons: [] }],
          carriers: [
            { name: 'x-byway-id', value: null },
            {
              name: 'baggage byway',
              value: `${key.slice(0, 4)}…${key.slice(-3)}`,
              note: '2nd of 2 members, property p ignored',
            },
          ],
        },
        {
          id: general,
          outcome: 'after',
          after: { id: own, because: 'a rule on a key goes before general rules' },
        },
      ],
    },
  ]);
  expect(JSON.stringify(ports)).not.toContain(key);
});

test('of others one sees that there is a rule and where it looks, not the values it asks for', async () => {
  const { mia, make, explain, keyOf } = await begin();
  await make('mia', secret);
  await make('mia', { key: 'personal' });
  const theirKey = await keyOf(mia);
  const without = await explain(request([['x-tenant', 'mine']]));
  expect(without.ports[0]).toMatchObject({
    winner: null,
    othersKeys: 1,
    rules: [
      {
        owner: 'mia',
        own: false,
        outcome: 'no',
        predicates: [
          {
            expression: expect.stringMatching(/^header\("x-tenant"\) == "#[0-9a-f]{6}"$/),
            met: false,
            value: 'mine',
          },
          { expression: 'path.startsWith("/price")', met: true, value: '/price/42' },
        ],
      },
    ],
  });
  const text = JSON.stringify(without);
  expect(text).not.toContain('secret-tenant');
  expect(text).not.toContain(theirKey);
  const guessed = await explain(request([['x-tenant', 'secret-tenant']]));
  expect(guessed.ports[0]?.rules[0]?.predicates[0]?.expression).toContain('secret-tenant');
  const own = await explain(request([['x-tenant', 'mine']]), { service: 'pricing' }, mia);
  expect(own.ports[0]?.rules.at(-1)?.predicates[0]?.expression).toContain('secret-tenant');
});

test('a general rule passes over another key, and a paused rule takes it all the same', async () => {
  const { world, mia, make, explain, keyOf } = await begin();
  const id = await make('mia', { all: [{ on: 'path', prefix: '/price' }] });
  const carried = request([['x-byway-id', await keyOf(world.ownerToken)]]);
  expect((await explain(carried)).ports[0]).toMatchObject({
    winner: null,
    rules: [{ outcome: 'passed_over' }],
  });
  await call(world, 'PATCH', `/v1/intercepts/${id}`, { body: { paused: true }, token: mia });
  expect((await explain(request())).ports[0]).toMatchObject({
    winner: id,
    rules: [{ outcome: 'takes', state: 'paused' }],
  });
  const probe = await explain(request([['User-Agent', 'kube-probe/1.31']]));
  expect(probe).toMatchObject({ isProbe: true, ports: [{ winner: null }] });
});

test('cookies and credentials of the request come back as a short hash only', async () => {
  const { make, explain } = await begin();
  const header = 'authorization';
  await make('ada', {
    all: [
      { header, present: true },
      { cookie: 'session', present: true },
    ],
  });
  const told = JSON.stringify(
    await explain(
      request([
        ['Authorization', 'Bearer t0p-secret'],
        ['Cookie', 'session=crumb-secret'],
      ]),
    ),
  );
  expect(told).toContain('"outcome":"takes"');
  expect(told).not.toContain('secret');
});

test('priority decides, and which service is asked about', async () => {
  const { make, explain } = await begin();
  const low = await make('ada', { all: [{ header: 'a', equals: '1' }] });
  const high = await make('ada', { all: [{ header: 'b', present: true }] }, { priority: 5 });
  const both = request([
    ['a', '1'],
    ['b', '2'],
  ]);
  expect((await explain(both)).ports[0]).toMatchObject({
    winner: high,
    rules: [
      { id: high, priority: 5 },
      { id: low, outcome: 'after', after: { id: high, because: 'it has the higher priority' } },
    ],
  });
  const host = (name: string) => ({ ...both, headers: [...both.headers, ['Host', name] as const] });
  const byHost = async (name: string) => {
    const { by, ports } = await explain(host(name), {});
    return [by, ports.map(({ workload }) => workload.name)];
  };
  expect(await byHost('pricing:8080')).toEqual(['host', ['pricing']]);
  expect(await byHost('PRICING.default.svc.cluster.local')).toEqual(['host', ['pricing']]);
  expect(await byHost('pricing.other')).toEqual(['all', ['pricing']]);
  expect(await byHost('cart')).toEqual(['host', ['cart']]);
  expect(await byHost('shop.example')).toEqual(['all', ['pricing']]);
});

test('questions are limited, and an unknown service is named', async () => {
  const { world } = await begin();
  const status = async (body: unknown): Promise<number> =>
    (await call(world, 'POST', '/v1/explain', { body })).status;
  const good = request();
  expect(await status({ request: good })).toBe(200);
  for (const wrong of [
    {},
    { request: { ...good, method: 'G ET' } },
    { request: { ...good, target: '/a b' } },
    { request: { ...good, target: '/\u00e9' } },
    { request: { ...good, headers: [['a b', '']] } },
    { request: { ...good, headers: [['a', 'x\r\nx-byway-id: y']] } },
    { request: { ...good, headers: [['a', '\u0101']] } },
    { request: { ...good, headers: Array(257).fill(['a', '']) } },
    { request: good, more: 1 },
  ]) {
    expect(await status(wrong), JSON.stringify(wrong).slice(0, 80)).toBe(400);
  }
  expect(await status({ request: { ...good, headers: [['a', 'x'.repeat(66_000)]] } })).toBe(413);
  const unknown = await call(world, 'POST', '/v1/explain', {
    body: { request: good, service: 'pricng' },
  });
  expect(unknown).toMatchObject({ status: 404, body: { suggestions: ['pricing'] } });
});

test('a token confined to a workload is told of no other', async () => {
  const { world, make } = await begin();
  await make('ada', { all: [{ on: 'path', prefix: '/price' }] });
  const confined = (await newToken(world, { role: 'ci', workload: 'cart' })).token;
  const ask = (body: object, token: string) =>
    call(world, 'POST', '/v1/explain', { body: { request: request(), ...body }, token });
  expect((await ask({ service: 'pricing' }, confined)).status).toBe(404);
  expect((await ask({}, confined)).body).toMatchObject({ by: 'all', ports: [] });
  const agent = (await newToken(world, { role: 'agent', workload: 'pricing' })).token;
  expect((await ask({}, agent)).status).toBe(403);
});

test('of very many rules the first are looked at, and how many were not is said', async () => {
  const { make, explain } = await begin();
  const others = explainedRulesMax / 2 + 20;
  const names = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${prefix}${index}`);
  const makeAll = async (who: 'ada' | 'mia', values: readonly string[]): Promise<void> => {
    for (const equals of values) await make(who, { all: [{ header: 'x-tenant', equals }] });
  };
  await makeAll('ada', names('a', others));
  await makeAll('mia', names('m', others));
  const [port] = (await explain(request())).ports;
  expect((port?.rules.length ?? 0) + (port?.left ?? 0)).toBe(2 * others);
  expect(port?.rules.length).toBeLessThanOrEqual(explainedRulesMax);
  expect(port?.left).toBeGreaterThanOrEqual(40);
  expect(port?.winner).toBeNull();
}, 60_000);
