import { afterEach, expect, test } from 'vitest';
import { describeWith } from './described.ts';
import {
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

const begin = async (more: Parameters<typeof wanted>[1] = {}) => {
  const world = await startWorld();
  const agent = await startAgent(world, 'pricing');
  const laptop = await startLaptop(world);
  const intercept = interceptOf(await create(world, wanted(laptop.session, more)));
  const path = `/v1/intercepts/${intercept.id}`;
  const watch = await events(world, `${path}/events`, world.ownerToken);
  await expect.poll(() => watch.seen.some(({ type }) => type === 'ready')).toBe(true);
  const { ask } = await describeWith(world);
  const patch = (body: unknown, token?: string) =>
    ask('PATCH', path, token === undefined ? { body } : { body, token });
  return { world, agent, laptop, intercept, path, watch, patch };
};

test('a pause is with the agents when it is answered, and watchers are told', async () => {
  const { agent, intercept, watch, patch } = await begin();
  const paused = await patch({ paused: true });
  expect(paused).toMatchObject({
    status: 200,
    body: { state: 'paused', paused: { by: 'ada', at: expect.any(String) } },
  });
  expect(agent.rules.get(intercept.id)).toMatchObject({ state: 'paused' });
  await expect
    .poll(() => watch.seen.at(-1))
    .toMatchObject({ type: 'intercept', intercept: { state: 'paused', paused: { by: 'ada' } } });
});

test('a second pause changes nothing, and a resume proves the way again', async () => {
  const { agent, intercept, watch, patch } = await begin();
  const first = await patch({ paused: true });
  const puts = () => agent.events.seen.filter(({ type }) => type === 'put').length;
  const before = puts();
  expect((await patch({ paused: true })).body).toEqual(first.body);
  expect(puts()).toBe(before);
  const resumed = await patch({ paused: false });
  expect(resumed.body).toMatchObject({ state: 'active' });
  expect(resumed.body).not.toHaveProperty('paused');
  expect(agent.rules.get(intercept.id)).toMatchObject({ state: 'active' });
  const readies = () => watch.seen.filter(({ type }) => type === 'ready').length;
  await expect.poll(readies).toBe(2);
  expect((await patch({ paused: false })).status).toBe(200);
  expect(puts()).toBe(before + 1);
});

test('no probe is sent while it is paused', async () => {
  const { agent, patch, world } = await begin();
  const probesTo = ({ events: { seen } }: typeof agent) =>
    seen.filter(({ type }) => type === 'probe').length;
  await patch({ paused: true });
  const before = probesTo(agent);
  const another = await startAgent(world, 'pricing');
  await patch({ forSeconds: 60 });
  expect([probesTo(agent), probesTo(another)]).toEqual([before, 0]);
});

test('a pause outlives the laptop’s connection and the manager', async () => {
  const { world, laptop, path, patch } = await begin();
  await patch({ paused: true });
  laptop.end.destroy();
  const state = async () => (await call(world, 'GET', path)).body['state'];
  await expect.poll(state).toBe('disconnected');
  await startLaptop(world, { session: laptop.session });
  await expect.poll(state).toBe('paused');
  // It is connected: nothing counts its days.
  expect((await call(world, 'GET', path)).body['expiresAt']).toBeNull();
  await world.manager.stop();
  const again = await startWorld(world.data);
  expect((await call(again, 'GET', path)).body).toMatchObject({
    state: 'disconnected',
    paused: { by: 'ada' },
  });
});

test('an end is put off, never brought nearer, and one without an end keeps none', async () => {
  const limited = await begin({ forSeconds: 60 });
  const before = Date.parse(String(limited.intercept.expiresAt));
  const shorter = await limited.patch({ forSeconds: 1 });
  expect(Date.parse(String(shorter.body['expiresAt']))).toBe(before);
  const longer = await limited.patch({ forSeconds: 3600 });
  expect(Date.parse(String(longer.body['expiresAt']))).toBeGreaterThan(before + 3_500_000);
  await expect
    .poll(() => limited.watch.seen.at(-1))
    .toMatchObject({ intercept: { expiresAt: longer.body['expiresAt'] } });
  const open = await begin();
  expect((await open.patch({ forSeconds: 3600 })).body['expiresAt']).toBeNull();
});

test('what an extension has put off is durable, and it ends then', async () => {
  const { world, path, patch, watch } = await begin({ forSeconds: 60 });
  const { expiresAt } = (await patch({ forSeconds: 120 })).body;
  await world.manager.stop();
  await watch.ended;
  const again = await startWorld(world.data);
  expect((await call(again, 'GET', path)).body['expiresAt']).toBe(expiresAt);
});

test.each([
  ['nothing', {}],
  ['another field', { paused: true, owner: 'eve' }],
  ['more than a day', { forSeconds: 86_401 }],
  ['no time at all', { forSeconds: 0 }],
  ['a word', { paused: 'yes' }],
])('%s is a bad request, and changes nothing', async (_, body) => {
  const { patch, path, world, intercept } = await begin();
  expect(await patch(body)).toMatchObject({ status: 400, body: { code: 'bad_request' } });
  expect((await call(world, 'GET', path)).body).toMatchObject({
    state: 'active',
    expiresAt: intercept.expiresAt,
  });
});

test('only its owner and the manager’s owner may; agents may not at all', async () => {
  const { world, patch, path } = await begin();
  const mia = await newToken(world, { role: 'user', user: 'mia' });
  expect(await patch({ paused: true }, mia.token)).toMatchObject({
    status: 403,
    body: { code: 'forbidden', hint: 'Ask ada to: byway pause pricing' },
  });
  const agents = await newToken(world, { role: 'agent', workload: 'pricing' });
  expect((await patch({ paused: true }, agents.token)).status).toBe(403);
  expect((await call(world, 'GET', path)).body).toMatchObject({ state: 'active' });
  const hers = await startLaptop(world, { token: mia.token });
  const other = interceptOf(await create(world, wanted(hers.session), mia.token));
  const by = await call(world, 'PATCH', `/v1/intercepts/${other.id}`, { body: { paused: true } });
  expect(by).toMatchObject({ status: 200, body: { paused: { by: 'ada' } } });
});

test('a change that comes with the end brings nothing back', async () => {
  const { world, path, patch, agent, intercept } = await begin();
  const [changed, left] = await Promise.all([patch({ paused: true }), call(world, 'DELETE', path)]);
  expect([200, 404]).toContain(changed.status);
  expect(left.status).toBe(204);
  expect((await call(world, 'GET', path)).status).toBe(404);
  expect(agent.rules.has(intercept.id)).toBe(false);
});
