import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, afterEach, expect, test } from 'vitest';
import { newIdentifier } from '../../src/base/identifier.ts';
import { apiBodyBytesMax } from '../../src/protocol/limits.ts';
import { parseExpression } from '../../src/protocol/match/expression/parse.ts';
import type { Match } from '../../src/protocol/match.ts';
import { called, type Described, describeWith } from './described.ts';
import {
  cleanUp,
  create,
  events,
  interceptOf,
  newToken,
  startAgent,
  startLaptop,
  startWorld,
  type World,
  wanted,
} from './world.ts';

afterEach(cleanUp);

const begin = async (): Promise<World & Described> => {
  const world = await startWorld();
  return { ...world, ...(await describeWith(world)) };
};

const withShop = async () => {
  const world = await begin();
  const agent = await startAgent(world, 'pricing');
  const { session } = await startLaptop(world);
  return { ...world, world, agent, session };
};

test('health needs no token, and says nothing else', async () => {
  const { ask } = await begin();
  for (const path of ['/healthz', '/readyz']) {
    expect(await ask('GET', path, { token: null })).toMatchObject({
      status: 200,
      body: { status: 'ok' },
    });
  }
});

test('the document is OpenAPI 3.1 and tells of every route', async () => {
  const { document } = await begin();
  expect(document.openapi).toMatch(/^3\.1\./);
  expect(Object.keys(document.paths).sort()).toEqual([
    '/healthz',
    '/openapi.json',
    '/readyz',
    '/v1/agents/{namespace}/{kind}/{name}/pod-requests/{nonce}',
    '/v1/agents/{namespace}/{kind}/{name}/reports',
    '/v1/agents/{namespace}/{kind}/{name}/rules',
    '/v1/audit',
    '/v1/explain',
    '/v1/intercepts',
    '/v1/intercepts/{id}',
    '/v1/intercepts/{id}/events',
    '/v1/intercepts/{id}/pod-requests',
    '/v1/me',
    '/v1/me/rotate-key',
    '/v1/tokens',
    '/v1/tokens/{id}',
    '/v1/tunnels',
    '/v1/version',
    '/v1/workloads',
  ]);
});

test('every route but health asks for a token; a 401 names the version', async () => {
  const { document, ask } = await begin();
  const version = (await ask('GET', '/v1/version')).body['version'];
  for (const [pattern, operations] of Object.entries(document.paths)) {
    if (pattern.endsWith('z')) continue;
    const path = pattern.replaceAll(/\{\w+\}/g, 'x');
    for (const method of Object.keys(operations)) {
      for (const token of [null, 'nonsense', `${newIdentifier('tk')}.${'a'.repeat(52)}`]) {
        const reply = await ask(method.toUpperCase(), path, { token });
        expect(reply).toMatchObject({ status: 401, body: { code: 'not_logged_in', version } });
        expect(reply.headers.get('www-authenticate')).toBe('Bearer');
      }
    }
  }
});

test('the owner’s own token with one letter changed is nobody’s', async () => {
  const { ask, ownerToken } = await begin();
  const last = ownerToken.endsWith('a') ? 'b' : 'a';
  expect((await ask('GET', '/v1/me', { token: ownerToken.slice(0, -1) + last })).status).toBe(401);
});

test('an expired token says so', async () => {
  const { ask, ...world } = await begin();
  const { token } = await newToken(world, { role: 'user', user: 'mia', forSeconds: 1 });
  expect((await ask('GET', '/v1/me', { token })).status).toBe(200);
  await expect
    .poll(async () => (await ask('GET', '/v1/me', { token })).body, { timeout: 3_000 })
    .toMatchObject({ code: 'token_expired', version: expect.any(String) });
});

test.each([
  ['GET', '/v1/nothing', 404, 'not_found'],
  ['GET', '/', 404, 'not_found'],
  ['DELETE', '/v1/me', 405, 'method_not_allowed'],
  ['DELETE', '/v1/tunnels', 405, 'method_not_allowed'],
])('%s %s is %i', async (method, path, status, code) => {
  const world = await startWorld();
  const answer = await fetch(world.url + path, {
    method,
    headers: { authorization: `Bearer ${world.ownerToken}` },
  });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(await answer.json()).toMatchObject({ code, status, type: `urn:byway:problem:${code}` });
  if (status === 405) expect(answer.headers.get('allow')).not.toBeNull();
});

test('who I am, by role', async () => {
  const { ask, ...world } = await begin();
  expect((await ask('GET', '/v1/me')).body).toEqual({
    user: 'ada',
    role: 'owner',
    key: expect.stringMatching(/^[a-z2-7]{26}$/),
    workload: null,
    tokenExpiresAt: null,
  });
  const ci = await newToken(world, { role: 'ci', workload: 'pricing', forSeconds: 60 });
  expect((await ask('GET', '/v1/me', { token: ci.token })).body).toEqual({
    user: `ci-${ci.id.slice(3, 9)}`,
    role: 'ci',
    key: expect.stringMatching(/^[a-z2-7]{26}$/),
    workload: 'pricing',
    tokenExpiresAt: ci.expiresAt,
  });
  const agent = await newToken(world, { role: 'agent', workload: 'pricing' });
  expect((await ask('GET', '/v1/me', { token: agent.token })).body).toMatchObject({ key: null });
});

test('a key belongs to its user, is stable, and changes when rotated', async () => {
  const { ask, ...world } = await begin();
  const keyOf = async (token?: string) =>
    (await ask('GET', '/v1/me', token === undefined ? {} : { token })).body['key'];
  const mia = await newToken(world, { role: 'user', user: 'mia' });
  const again = await newToken(world, { role: 'user', user: 'mia' });
  const before = await keyOf(mia.token);
  expect(await keyOf(again.token)).toBe(before);
  expect(await keyOf()).not.toBe(before);
  const rotated = await ask('POST', '/v1/me/rotate-key', { token: mia.token });
  expect(rotated.body['key']).not.toBe(before);
  expect(await keyOf(again.token)).toBe(rotated.body['key']);
});

test('rotating changes the owner’s personal rules at once, and nobody else’s', async () => {
  const { ask, agent, session, world } = await withShop();
  const mia = await newToken(world, { role: 'user', user: 'mia' });
  const hers = await startLaptop(world, { token: mia.token });
  const { id } = interceptOf(await create(world, wanted(session)));
  const other = interceptOf(await create(world, wanted(hers.session), mia.token));
  await expect.poll(() => agent.rules.size).toBe(2);
  const before = { mine: agent.rules.get(id)?.match, hers: agent.rules.get(other.id)?.match };
  expect(before.mine).toEqual({ keySha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  await ask('POST', '/v1/me/rotate-key');
  await expect.poll(() => agent.rules.get(id)?.match).not.toEqual(before.mine);
  expect(agent.rules.get(other.id)?.match).toEqual(before.hers);
});

test('tokens are listed without secrets, page by page, and revoked', async () => {
  const { ask, ...world } = await begin();
  for (const user of ['mia', 'bob', 'eve']) await newToken(world, { role: 'user', user });
  const first = (await ask('GET', '/v1/tokens?limit=2')).body;
  expect(first['items']).toMatchObject([{ user: 'mia' }, { user: 'bob' }]);
  expect(JSON.stringify(first)).not.toMatch(/secret|sha256|"token"/i);
  const second = (await ask('GET', `/v1/tokens?after=${encodeURIComponent(String(first['next']))}`))
    .body;
  expect(second).toMatchObject({ items: [{ user: 'eve' }], next: null });
  const [eve] = second['items'] as { id: string }[];
  expect((await ask('DELETE', `/v1/tokens/${eve?.id}`)).status).toBe(204);
  expect((await ask('DELETE', `/v1/tokens/${eve?.id}`)).status).toBe(404);
  const made = await ask('POST', '/v1/tokens', { body: { role: 'ci', workload: 'pricing' } });
  expect(made.status).toBe(201);
});

test('each role may do its own and nothing else', async () => {
  const { ask, world } = await withShop();
  const tokenOf = async (wantedToken: Parameters<typeof newToken>[1]) =>
    (await newToken(world, wantedToken)).token;
  const user = await tokenOf({ role: 'user', user: 'mia' });
  const ci = await tokenOf({ role: 'ci', workload: 'pricing' });
  const agent = await tokenOf({ role: 'agent', workload: 'cart' });
  const report = { agent: newIdentifier('ag'), applied: null, ports: [1], counts: {}, probes: [] };
  const denied: readonly [string, string, string, unknown?][] = [
    [user, 'GET', '/v1/tokens'],
    [user, 'DELETE', '/v1/tokens/x'],
    [user, 'POST', '/v1/agents/default/process/pricing/reports', report],
    [user, 'GET', '/v1/agents/default/process/pricing/rules'],
    [ci, 'POST', '/v1/tokens', { role: 'user', user: 'eve' }],
    [ci, 'POST', '/v1/me/rotate-key'],
    [agent, 'GET', '/v1/intercepts'],
    [agent, 'POST', '/v1/intercepts', wanted(newIdentifier('se'))],
    [agent, 'GET', '/v1/workloads'],
    [agent, 'POST', '/v1/me/rotate-key'],
    [agent, 'POST', '/v1/agents/default/process/pricing/reports', report],
    [agent, 'GET', '/v1/agents/default/process/pricing/rules'],
    [agent, 'GET', '/v1/agents/other/process/cart/rules'],
  ];
  for (const [token, method, path, body] of denied) {
    const reply = await ask(method, path, body === undefined ? { token } : { token, body });
    expect(reply, `${method} ${path}`).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  }
});

test('a CI’s token sees and intercepts its own workload only', async () => {
  const { ask, world } = await withShop();
  await startAgent(world, 'cart');
  const { token } = await newToken(world, { role: 'ci', workload: 'cart' });
  const { session } = await startLaptop(world, { token });
  expect((await ask('GET', '/v1/workloads', { token })).body).toMatchObject({
    items: [{ workload: { name: 'cart' } }],
  });
  const foreign = await ask('POST', '/v1/intercepts', { token, body: wanted(session) });
  expect(foreign).toMatchObject({ status: 404 });
  const own = await ask('POST', '/v1/intercepts', {
    token,
    body: wanted(session, { workload: 'cart' }),
  });
  expect(own.status).toBe(201);
});

test('workloads are what agents announce, and stay known when they are gone', async () => {
  const { ask, agent, world } = await withShop();
  await startAgent(world, 'cart', { ports: [8081, 9000] });
  const items = async () => (await ask('GET', '/v1/workloads')).body['items'];
  const cart = {
    workload: { namespace: 'default', kind: 'process', name: 'cart' },
    ports: [8081, 9000],
    agents: 1,
  };
  expect(await items()).toMatchObject([
    cart,
    { workload: { name: 'pricing' }, ports: [8080], agents: 1 },
  ]);
  agent.events.stop();
  await expect.poll(items).toMatchObject([cart, { ports: [8080], agents: 0 }]);
  const replicas = [
    await startAgent(world, 'pricing'),
    await startAgent(world, 'pricing', { ports: [8080] }),
  ];
  expect(replicas).toHaveLength(2);
  await expect.poll(items).toMatchObject([cart, { agents: 2 }]);
});

test('an intercept is created, listed, shown and left; agents follow', async () => {
  const { ask, agent, session } = await withShop();
  const created = await ask('POST', '/v1/intercepts', {
    body: wanted(session, { forSeconds: 60 }),
  });
  expect(created).toMatchObject({
    status: 201,
    body: {
      id: expect.stringMatching(/^ic_/),
      name: 'pricing',
      port: 8080,
      owner: 'ada',
      laptop: 'laptop',
      match: { key: 'personal' },
      state: 'active',
      counts: { seen: 0 },
    },
  });
  const id = String(created.body['id']);
  const { createdAt, expiresAt } = created.body;
  expect(Date.parse(String(expiresAt)) - Date.parse(String(createdAt))).toBe(60_000);
  await expect
    .poll(() => agent.rules.get(id))
    .toMatchObject({ name: 'pricing', port: 8080, state: 'active' });
  expect((await ask('GET', '/v1/intercepts')).body).toMatchObject({ items: [{ id }], next: null });
  await expect
    .poll(async () => (await ask('GET', `/v1/intercepts/${id}`)).body['agents'])
    .toEqual({ applied: 1, connected: 1 });
  const longer = { body: { forSeconds: 120 } };
  expect((await ask('PATCH', `/v1/intercepts/${id}`, longer)).status).toBe(200);
  expect((await ask('DELETE', `/v1/intercepts/${id}`)).status).toBe(204);
  expect(agent.rules.has(id)).toBe(false); // Leaving waits for the agent.
  expect((await ask('DELETE', `/v1/intercepts/${id}`)).status).toBe(404);
  expect((await ask('GET', `/v1/intercepts/${id}`)).status).toBe(404);
  expect((await ask('GET', `/v1/intercepts/${id}/events`)).status).toBe(404);
});

test('leaving does not wait for an agent that says nothing', async () => {
  const { ask, ...world } = await begin();
  await startAgent(world, 'pricing', { quiet: true });
  const { id } = interceptOf(await create(world, wanted(newIdentifier('se'))));
  expect((await ask('DELETE', `/v1/intercepts/${id}`)).status).toBe(204);
});

test('a dry run answers as if and changes nothing', async () => {
  const { ask, agent, session } = await withShop();
  const dry = await ask('POST', '/v1/intercepts?dryRun=true', { body: wanted(session) });
  expect(dry).toMatchObject({ status: 200, body: { owner: 'ada', port: 8080 } });
  expect((await ask('GET', '/v1/intercepts')).body['items']).toEqual([]);
  expect(agent.rules.size).toBe(0);
});

test('a repeated creation by the same session is the same intercept', async () => {
  const { ask, session } = await withShop();
  const first = await ask('POST', '/v1/intercepts', { body: wanted(session) });
  const second = await ask('POST', '/v1/intercepts', { body: wanted(session) });
  expect(second).toMatchObject({ status: 201, body: { id: first.body['id'] } });
});

const all = (...predicates: Extract<Match, { all: unknown }>['all'][number][]): Match => ({
  all: predicates,
});

test('a second personal intercept on another laptop is a conflict while the first is there', async () => {
  const { ask, agent, session, world } = await withShop();
  const first = interceptOf(await create(world, wanted(session, { laptop: 'desk' })));
  const other = await startLaptop(world);
  const second = wanted(other.session, { laptop: 'sofa' });
  for (const path of ['/v1/intercepts', '/v1/intercepts?dryRun=true']) {
    expect(await ask('POST', path, { body: second })).toMatchObject({
      status: 409,
      body: {
        code: 'conflict',
        hint: 'byway leave pricing',
        conflict: { id: first.id, owner: 'ada', laptop: 'desk' },
      },
    });
  }
  const watch = await events(world, `/v1/intercepts/${first.id}/events`, world.ownerToken);
  const { end } = await startLaptop(world, { session });
  end.destroy();
  await expect.poll(() => agent.rules.get(first.id)?.state).toBe('disconnected');
  const replaced = await ask('POST', '/v1/intercepts', { body: second });
  expect(replaced.status).toBe(201);
  await watch.ended;
  expect(watch.seen.at(-1)).toEqual({ type: 'ended', reason: 'left', by: 'ada' });
  await expect.poll(() => [...agent.rules.keys()]).toEqual([replaced.body['id']]);
});

test('two users’ rules that take the same requests are a conflict with an example', async () => {
  const { ask, session, world } = await withShop();
  const mia = await newToken(world, { role: 'user', user: 'mia' });
  const hers = await startLaptop(world, { token: mia.token });
  const match = all({ header: 'X-Tenant', equals: 'acme' });
  const first = interceptOf(await create(world, wanted(hers.session, { match }), mia.token));
  const clash = wanted(session, { match: all({ header: 'x-user', equals: 'ada' }) });
  expect(await ask('POST', '/v1/intercepts', { body: clash })).toMatchObject({
    status: 409,
    body: {
      detail: "Your rule and one of mia's match the same requests, so nothing was changed.",
      conflict: {
        id: first.id,
        owner: 'mia',
        witness: ['x-user: ada', expect.stringMatching(/^x-tenant: #[0-9a-f]{6}$/)],
      },
    },
  });
  const free: readonly Match[] = [
    { key: 'personal' },
    all({ header: 'x-tenant', equals: 'globex' }),
    all({ header: 'x-tenant', equals: 'acme' }, { header: 'x-user', equals: 'ada' }),
  ];
  for (const one of free) {
    const reply = await ask('POST', '/v1/intercepts?dryRun=true', {
      body: wanted(session, { match: one }),
    });
    expect(reply.status, JSON.stringify(one)).toBe(200);
  }
});

test('a conflict has the smallest change, after which there is none', async () => {
  const { ask, session, world } = await withShop();
  const mia = await newToken(world, { role: 'user', user: 'mia' });
  const hers = await startLaptop(world, { token: mia.token });
  const versions = { on: 'path', matches: '/v[12]/.*' } as const;
  await create(world, wanted(hers.session, { match: { all: [versions] } }), mia.token);
  const tenant = { header: 'x-tenant', equals: 'acme' } as const;
  const post = (match: Match) =>
    ask('POST', '/v1/intercepts?dryRun=true', { body: wanted(session, { match }) });
  const change = 'header("x-tenant") == "acme" and not path.matches("/v[12]/.*")';
  expect(await post({ all: [tenant] })).toMatchObject({
    status: 409,
    body: {
      conflict: {
        change,
        witness: ['x-tenant: acme', 'path: /v1/'],
      },
    },
  });
  const free: readonly Match[] = [
    parseExpression(change),
    { all: [versions, tenant] },
    { all: [{ on: 'path', prefix: '/v3' }] },
    { all: [{ on: 'path', matches: '/.*' }, { not: versions }] },
  ];
  for (const one of free) expect((await post(one)).status, JSON.stringify(one)).toBe(200);
});

test('one’s own key in a header is the personal rule; other uses of the carriers are refused', async () => {
  const { ask, session } = await withShop();
  const key = String((await ask('GET', '/v1/me')).body['key']);
  const post = (match: unknown) =>
    ask('POST', '/v1/intercepts?dryRun=true', { body: { ...wanted(session), match } });
  expect((await post(all({ header: 'X-Byway-Id', equals: key }))).body['match']).toEqual({
    key: 'personal',
  });
  const refused: readonly Match[] = [
    all({ header: 'x-byway-id', present: true }),
    all({ header: 'X-BYWAY-ID', equals: 'a'.repeat(26) }),
    all({ header: 'x-byway-id', equals: key }, { header: 'x-byway-id', present: true }),
    all({ header: 'baggage', equals: `a=1, byway = ${key};p=1` }),
    all({ header: 'x-byway-id', prefix: key.slice(0, 20) }),
    all({ baggage: 'byway', matches: '.*' }),
    all({ header: 'baggage', contains: key }),
    all({ on: 'path', prefix: '/' }),
    all(),
  ];
  for (const match of refused) {
    const reply = await post(match);
    expect(reply, JSON.stringify(match)).toMatchObject({
      status: 403,
      body: { code: 'refused_by_policy' },
    });
    expect(JSON.stringify(reply.body)).not.toContain(key);
  }
  const narrowed = all({ header: 'x-byway-id', equals: key }, { header: 'A', present: true });
  expect((await post(narrowed)).body['match']).toEqual({
    key: 'personal',
    all: [{ header: 'a', present: true }],
  });
  const inside = {
    any: [
      { baggage: 'byway', equals: key },
      { on: 'path', prefix: '/a' },
    ],
  };
  for (const match of [
    { all: [inside] },
    { all: [{ header: 'a', matches: '(a' }] },
    { all: [{ header: 'a', equals: ' a' }] },
  ]) {
    const reply = await post(match);
    expect(reply, JSON.stringify(match)).toMatchObject({ status: 400 });
    expect(JSON.stringify(reply.body)).not.toContain(key);
  }
  expect((await post(all({ header: 'a', equals: '1' }, { header: 'A', equals: '2' }))).status).toBe(
    400,
  );
});

test('names, agents and ports that are not there are refused with what would do', async () => {
  const { ask, session, world, agent } = await withShop();
  await startAgent(world, 'cart', { ports: [8081, 9000] });
  const post = (more: Parameters<typeof wanted>[1]) =>
    ask('POST', '/v1/intercepts', { body: wanted(session, more) });
  expect(await post({ workload: 'pricng' })).toMatchObject({
    status: 404,
    body: { code: 'not_found', suggestions: ['pricing'] },
  });
  expect(await post({ workload: 'deployment/pricing' })).toMatchObject({ status: 404 });
  expect(await post({ workload: 'process/pricing' })).toMatchObject({ status: 201 });
  expect(await post({ workload: 'cart' })).toMatchObject({
    status: 400,
    body: { detail: expect.stringContaining('8081, 9000') },
  });
  expect(await post({ workload: 'cart', port: 1 })).toMatchObject({ status: 400 });
  expect(await post({ workload: 'cart', port: 9000 })).toMatchObject({
    status: 201,
    body: { port: 9000 },
  });
  agent.events.stop();
  await expect.poll(() => post({})).toMatchObject({ status: 409, body: { code: 'no_agent' } });
});

test('a session and an intercept belong to their user', async () => {
  const { ask, session, world } = await withShop();
  const { token } = await newToken(world, { role: 'user', user: 'mia' });
  expect(await ask('POST', '/v1/intercepts', { token, body: wanted(session) })).toMatchObject({
    status: 403,
    body: { code: 'forbidden' },
  });
  const away = newIdentifier('se'); // A session whose tunnel is not there.
  const match = all({ header: 'a', present: true });
  await create(world, wanted(away, { match }));
  const taken = await ask('POST', '/v1/intercepts', { token, body: wanted(away) });
  expect(taken).toMatchObject({ status: 403 });
  const { id } = interceptOf(await create(world, wanted(session)));
  expect(await ask('DELETE', `/v1/intercepts/${id}`, { token })).toMatchObject({
    status: 403,
    body: { detail: expect.stringContaining('ada') },
  });
  expect((await ask('GET', `/v1/intercepts/${id}`, { token })).status).toBe(200);
  const hers = await startLaptop(world, { token });
  const other = interceptOf(await create(world, wanted(hers.session), token));
  expect((await ask('DELETE', `/v1/intercepts/${other.id}`)).status).toBe(204); // The owner may.
});

test('a hundred intercepts for one user, and no more', async () => {
  const { ask, world, session } = await withShop();
  const tenant = (n: number) =>
    wanted(session, { match: all({ header: 'x-tenant', equals: `${n}` }) });
  await Promise.all(Array.from({ length: 100 }, (_, n) => create(world, tenant(n))));
  expect(await ask('POST', '/v1/intercepts', { body: tenant(100) })).toMatchObject({
    status: 429,
    body: { code: 'too_many' },
  });
  const page = (await ask('GET', '/v1/intercepts?limit=60')).body;
  expect(page['items']).toHaveLength(60);
  const rest = await ask('GET', `/v1/intercepts?after=${encodeURIComponent(String(page['next']))}`);
  expect(rest.body).toMatchObject({ next: null });
  expect(rest.body['items']).toHaveLength(40);
});

test.each([
  ['no JSON', '{'],
  ['nothing', ''],
  ['another shape', '[]'],
  ['an unknown field', JSON.stringify({ ...wanted(newIdentifier('se')), extra: 1 })],
  ['a wrong session', JSON.stringify(wanted('se_x'))],
  [
    'a header that is no name',
    JSON.stringify({
      ...wanted(newIdentifier('se')),
      match: { all: [{ header: 'a b', present: true }] },
    }),
  ],
  [
    'a value with a line break',
    JSON.stringify({
      ...wanted(newIdentifier('se')),
      match: { all: [{ header: 'a', equals: 'b\nc' }] },
    }),
  ],
  ['too long a life', JSON.stringify(wanted(newIdentifier('se'), { forSeconds: 24 * 3600 + 1 }))],
])('a body with %s is a bad request', async (_, body) => {
  const { ask } = await begin();
  expect(await ask('POST', '/v1/intercepts', { body })).toMatchObject({
    status: 400,
    body: { code: 'bad_request' },
  });
});

test.each(['/v1/tokens?limit=0', '/v1/tokens?limit=x', '/v1/intercepts/%zz'])(
  '%s is a bad request',
  async (path) => {
    const { ask } = await begin();
    expect(await ask('GET', path)).toMatchObject({ status: 400 });
  },
);

test('a body over the limit is refused, told or streamed', async () => {
  const { ask, url, ownerToken } = await begin();
  const body = JSON.stringify({ filler: 'x'.repeat(apiBodyBytesMax) });
  expect(await ask('POST', '/v1/tokens', { body })).toMatchObject({ status: 413 });
  const streamed = request(`${url}/v1/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ownerToken}`, 'transfer-encoding': 'chunked' },
  });
  streamed.on('error', () => {});
  streamed.write(body);
  const [answer] = await once(streamed, 'response');
  expect(answer.statusCode).toBe(413);
  expect(answer.headers.connection).toBe('close');
  streamed.destroy();
});

const raw = async (url: string, bytes: string): Promise<string> => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.write(bytes);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString();
  });
  await once(socket, 'close');
  return text;
};

test('an offer of h2c is passed over and the request is served', async () => {
  const { url, ownerToken } = await begin();
  const text = await raw(
    url,
    `GET /v1/version HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${ownerToken}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n`,
  );
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(text).toContain('"epoch"');
});

test.each([
  ['no role', '', 400],
  ['an unknown role', 'X-Byway-Role: king\r\n', 400],
  ['a laptop without session', 'X-Byway-Role: laptop\r\n', 400],
  ['a session that is none', 'X-Byway-Role: laptop\r\nX-Byway-Session: se_x\r\n', 400],
  ['an agent without workload', 'X-Byway-Role: agent\r\n', 400],
  ['a workload of four parts', 'X-Byway-Role: agent\r\nX-Byway-Workload: a/b/c/d\r\n', 400],
  ['a workload with a bad name', 'X-Byway-Role: agent\r\nX-Byway-Workload: a/b/..\r\n', 400],
  ['a body', 'X-Byway-Role: laptop\r\nContent-Length: 5\r\n', 400],
  ['a chunked body', 'X-Byway-Role: laptop\r\nTransfer-Encoding: chunked\r\n', 400],
])('an upgrade with %s is refused', async (_, headers, status) => {
  const { url, ownerToken } = await begin();
  const text = await raw(
    url,
    `POST /v1/tunnels HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${ownerToken}\r\nConnection: Upgrade\r\nUpgrade: byway-tunnel/1\r\n${headers}\r\n`,
  );
  expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(text).toContain('application/problem+json');
});

test('a tunnel without the right Upgrade is told which one', async () => {
  const { ask, url, ownerToken } = await begin();
  const reply = await ask('POST', '/v1/tunnels');
  expect(reply).toMatchObject({ status: 426, body: { code: 'upgrade_required' } });
  expect(reply.headers.get('upgrade')).toBe('byway-tunnel/1');
  const other = await raw(
    url,
    `POST /v1/tunnels HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${ownerToken}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  );
  expect(other).toMatch(/^HTTP\/1\.1 426 /);
});

test('bytes after an accepted upgrade that are no HTTP/2 end the connection and nothing else', async () => {
  const { ask, url, ownerToken } = await begin();
  const text = await raw(
    url,
    `POST /v1/tunnels HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${ownerToken}\r\nConnection: Upgrade\r\nUpgrade: byway-tunnel/1\r\nX-Byway-Role: agent\r\nX-Byway-Workload: default/process/a\r\n\r\nGET / HTTP/1.1\r\n\r\nand so on, and so on, and so on`,
  );
  expect(text).toMatch(/^HTTP\/1\.1 101 /);
  expect((await ask('GET', '/healthz')).status).toBe(200);
});

test.each([
  ['nonsense', 'nonsense\r\n\r\n', '400'],
  ['a huge head', `GET / HTTP/1.1\r\nA: ${'x'.repeat(64 * 1024)}\r\n\r\n`, '431'],
])('%s gets a status line and a closed connection', async (_, bytes, status) => {
  const { url } = await begin();
  expect(await raw(url, bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
});

test('rules and events are what the document says', async () => {
  const { checkEvent, agent, session, world } = await withShop();
  const { id } = interceptOf(await create(world, wanted(session)));
  const path = `/v1/intercepts/${id}/events`;
  const watch = await events(world, path, world.ownerToken);
  await expect.poll(() => watch.seen.some(({ type }) => type === 'ready')).toBe(true);
  await world.ask('DELETE', `/v1/intercepts/${id}`);
  await watch.ended;
  await world.ask('POST', '/v1/agents/default/process/pricing/reports', {
    body: { agent: agent.id, applied: null, ports: [1], counts: {}, probes: [] },
  });
  const types = (seen: readonly { type: string }[]) => [...new Set(seen.map(({ type }) => type))];
  expect(types(watch.seen)).toEqual(['intercept', 'ready', 'ended']);
  expect(types(agent.events.seen)).toEqual(['state', 'put', 'probe', 'remove']);
  for (const event of watch.seen) checkEvent('GET', path, event);
  const rules = '/v1/agents/default/process/pricing/rules';
  for (const event of agent.events.seen) checkEvent('GET', rules, event);
});

test('a request to a pod, and its answer, are what the document says', async () => {
  const world = await begin();
  const agent = await startAgent(world, 'pricing', { podRequests: true });
  const { session } = await startLaptop(world);
  const { id } = interceptOf(await create(world, wanted(session)));
  const request = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n').toString('base64');
  const path = `/v1/intercepts/${id}/pod-requests`;
  const answered = world.ask('POST', path, { body: { request, unsafe: false } });
  const told = () => agent.events.seen.find(({ type }) => type === 'pod_request');
  await expect.poll(told).toMatchObject({ id });
  world.checkEvent('GET', '/v1/agents/default/process/pricing/rules', told());
  const its = `/v1/agents/default/process/pricing/pod-requests/${told()?.['nonce']}?agent=${agent.id}`;
  expect((await world.ask('GET', its)).body).toEqual({ intercept: id, request });
  const answer = Buffer.from('HTTP/1.1 204 No Content\r\n\r\n').toString('base64');
  expect((await world.ask('POST', its, { body: { answer } })).status).toBe(204);
  expect(await answered).toMatchObject({ status: 200, body: { answer } });
});

test('a request is explained, and the audit tells who did what', async () => {
  const { ask, session, world } = await withShop();
  interceptOf(await create(world, wanted(session)));
  const request = { method: 'GET', target: '/', headers: [['Host', 'pricing']] };
  expect((await ask('POST', '/v1/explain', { body: { request } })).body).toMatchObject({
    by: 'host',
    ports: [{ workload: { name: 'pricing' }, winner: null }],
  });
  expect((await ask('GET', '/v1/audit')).body).toMatchObject({
    items: [{ action: 'intercept.create' }],
  });
});

test('this file calls every route of the document with success', async () => {
  const { document, ask } = await begin();
  await ask('GET', '/openapi.json');
  const names = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(names.filter((name) => !called.has(name))).toEqual([
    'POST /v1/tunnels',
    'GET /v1/tunnels',
  ]);
});

afterAll(() => called.clear());
