import { createHash } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
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
  type World,
  wanted,
} from './world.ts';

afterEach(cleanUp);

const keyOf = async (world: World, run?: string, token?: string): Promise<unknown> => {
  const query = run === undefined ? '' : `?run=${encodeURIComponent(run)}`;
  const reply = await call(world, 'GET', `/v1/me${query}`, token === undefined ? {} : { token });
  expect(reply.body['run']).toBe(run);
  return reply.body['key'];
};

const sha256 = (text: unknown): string => createHash('sha256').update(String(text)).digest('hex');

test('each run of each user has a key of its own, the same whenever it is asked for', async () => {
  const world = await startWorld();
  const { token } = await newToken(world, { role: 'ci', workload: 'pricing' });
  const keys = await Promise.all([
    keyOf(world),
    keyOf(world, 'one'),
    keyOf(world, 'two'),
    keyOf(world, undefined, token),
    keyOf(world, 'one', token),
  ]);
  for (const key of keys) expect(key).toMatch(/^[a-z2-7]{26}$/);
  expect(new Set(keys).size).toBe(keys.length);
  expect(await keyOf(world, 'one')).toBe(keys[1]);
  await call(world, 'POST', '/v1/me/rotate-key');
  expect(await keyOf(world, 'one')).not.toBe(keys[1]);
});

test.each(['', '.hidden', 'a b', 'a/b', 'a\n', 'é', 'x'.repeat(101)])(
  'a run is not called %j',
  async (run) => {
    const world = await startWorld();
    const path = `/v1/me?run=${encodeURIComponent(run)}`;
    expect((await call(world, 'GET', path)).status).toBe(400);
  },
);

test('agents get the hash of the run’s key, and others see its name and no key', async () => {
  const world = await startWorld();
  const agent = await startAgent(world, 'pricing');
  const { session } = await startLaptop(world);
  const { id } = interceptOf(await create(world, wanted(session, { run: 'one' })));
  const key = await keyOf(world, 'one');
  await expect.poll(() => agent.rules.get(id)?.match).toEqual({ keySha256: sha256(key) });
  const { token } = await newToken(world, { role: 'user', user: 'mia' });
  const seen = (await call(world, 'GET', '/v1/intercepts', { token })).body;
  expect(seen['items']).toMatchObject([{ id, run: 'one', match: { key: 'personal' } }]);
  expect(JSON.stringify(seen)).not.toContain(key);
  expect(await keyOf(world, 'one', token)).not.toBe(key);
});

test('two runs and the user intercept the same service at once, on three machines', async () => {
  const world = await startWorld();
  await startAgent(world, 'pricing');
  for (const run of [{}, { run: 'one' }, { run: 'two' }]) {
    const { session } = await startLaptop(world);
    expect((await create(world, wanted(session, run))).status).toBe(201);
  }
  const again = await startLaptop(world);
  expect(await create(world, wanted(again.session, { run: 'two' }))).toMatchObject({
    status: 409,
    body: { code: 'conflict' },
  });
});

test('a run’s rule may not name its user’s key', async () => {
  const world = await startWorld();
  await startAgent(world, 'pricing');
  const { session } = await startLaptop(world);
  const onKey = (key: unknown) => ({
    match: { all: [{ header: 'x-byway-id', equals: String(key) }] },
    run: 'one',
  });
  expect(await create(world, wanted(session, onKey(await keyOf(world))))).toMatchObject({
    status: 403,
    body: { code: 'refused_by_policy' },
  });
  const own = await create(world, wanted(session, onKey(await keyOf(world, 'one'))));
  expect(own.body['match']).toEqual({ key: 'personal' });
});

test('without its session it ends when its own time is over, also after a restart', async () => {
  const world = await startWorld();
  await startAgent(world, 'pricing');
  const { session, end } = await startLaptop(world);
  const short = interceptOf(await create(world, wanted(session, { withoutSessionSeconds: 1 })));
  expect(short.expiresAt).toBeNull();
  const watch = await events(world, `/v1/intercepts/${short.id}/events`, world.ownerToken);
  end.destroy();
  await watch.ended;
  expect(watch.seen.at(-1)).toMatchObject({ type: 'ended', reason: 'expired' });

  const other = await startLaptop(world);
  await create(world, wanted(other.session, { withoutSessionSeconds: 2, run: 'one' }));
  await world.manager.stop();
  const { url } = await startWorld(world.data);
  const after = { ...world, url };
  const listed = async () => (await call(after, 'GET', '/v1/intercepts')).body['items'];
  expect(await listed()).toMatchObject([{ run: 'one', state: 'disconnected' }]);
  await expect.poll(listed, { timeout: 6_000 }).toEqual([]);
});

test.each([0, 86_401, 1.5])('%d s without a session can’t be asked for', async (seconds) => {
  const world = await startWorld();
  await startAgent(world, 'pricing');
  const { session } = await startLaptop(world);
  const reply = await create(world, wanted(session, { withoutSessionSeconds: seconds }));
  expect(reply.status).toBe(400);
});
