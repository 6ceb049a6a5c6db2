import { afterEach, expect, test } from 'vitest';
import { newIdentifier } from '../../src/base/identifier.ts';
import { keepAudit } from '../../src/manager/audit.ts';
import { auditEntriesMax } from '../../src/manager/limits.ts';
import { openStore } from '../../src/manager/store/store.ts';
import type { AuditEntry } from '../../src/protocol/audit.ts';
import {
  call,
  cleanUp,
  create,
  interceptOf,
  newFolder,
  newToken,
  startAgent,
  startLaptop,
  startWorld,
  type World,
  wanted,
} from './world.ts';

afterEach(cleanUp);

const auditOf = async (
  world: World,
  token: string,
  query = '',
): Promise<{ readonly items: readonly AuditEntry[]; readonly next: string | null }> =>
  (await call(world, 'GET', `/v1/audit${query}`, { token })).body as never;

test('every change is there with who did it; others see only what is theirs', async () => {
  const world = await startWorld();
  await startAgent(world, 'pricing');
  const created = await newToken(world, { role: 'user', user: 'mia' });
  const { token } = created;
  const { session } = await startLaptop(world, { token });
  const { id } = interceptOf(await create(world, wanted(session, { forSeconds: 60 }), token));
  for (const body of [{ paused: true }, { paused: false }, { forSeconds: 3600 }]) {
    await call(world, 'PATCH', `/v1/intercepts/${id}`, { body, token });
  }
  await call(world, 'PATCH', `/v1/intercepts/${id}`, { body: { paused: false }, token });
  await call(world, 'DELETE', `/v1/intercepts/${id}`);
  await call(world, 'POST', '/v1/me/rotate-key', { token });
  const spare = await newToken(world, { role: 'ci', workload: 'pricing' });
  await call(world, 'DELETE', `/v1/tokens/${spare.id}`);
  const all = await auditOf(world, world.ownerToken);
  expect(all.items.map(({ user, action, owner }) => [user, action, owner])).toEqual([
    ['ada', 'token.create', 'mia'],
    ['mia', 'intercept.create', 'mia'],
    ['mia', 'intercept.pause', 'mia'],
    ['mia', 'intercept.resume', 'mia'],
    ['mia', 'intercept.extend', 'mia'],
    ['ada', 'intercept.leave', 'mia'],
    ['mia', 'key.rotate', 'mia'],
    ['ada', 'token.create', spare.user],
    ['ada', 'token.revoke', spare.user],
  ]);
  const text = JSON.stringify(all);
  expect(text).not.toContain(token.slice(-20));
  const hers = await auditOf(world, token);
  expect(hers.items.map(({ owner }) => owner)).toEqual(Array(7).fill('mia'));
  const stranger = (await newToken(world, { role: 'user', user: 'eve' })).token;
  expect(
    (await auditOf(world, stranger)).items.map(({ action, owner }) => [action, owner]),
  ).toEqual([['token.create', 'eve']]);
  const agent = (await newToken(world, { role: 'agent', workload: 'pricing' })).token;
  expect((await call(world, 'GET', '/v1/audit', { token: agent })).status).toBe(403);
});

test('it is paged, and asked by action and time', async () => {
  const world = await startWorld();
  for (let count = 0; count < 5; count++)
    await newToken(world, { role: 'user', user: `u${count}` });
  await call(world, 'POST', '/v1/me/rotate-key');
  const { ownerToken } = world;
  const first = await auditOf(world, ownerToken, '?limit=2');
  expect(first.items.map(({ owner }) => owner)).toEqual(['u0', 'u1']);
  const rest = await auditOf(world, ownerToken, `?limit=9&after=${first.next}`);
  expect(rest.items.map(({ owner }) => owner)).toEqual(['u2', 'u3', 'u4', 'ada']);
  expect(rest.next).toBeNull();
  expect((await auditOf(world, ownerToken, '?action=key.rotate')).items).toHaveLength(1);
  const later = new Date(Date.now() + 60_000).toISOString();
  expect((await auditOf(world, ownerToken, `?since=${later}`)).items).toEqual([]);
  for (const query of ['?action=nonsense', '?since=yesterday', '?limit=0']) {
    expect((await call(world, 'GET', `/v1/audit${query}`)).status).toBe(400);
  }
});

test('it outlives the manager', async () => {
  const world = await startWorld();
  await newToken(world, { role: 'user', user: 'mia' });
  await world.manager.stop();
  const again = await startWorld(world.data);
  expect((await auditOf(again, again.ownerToken)).items).toMatchObject([
    { user: 'ada', action: 'token.create', owner: 'mia' },
  ]);
});

test('the oldest entries go when there are more than it keeps', async () => {
  const store = await openStore(await newFolder());
  const audit = keepAudit(store.audit);
  const at = new Date().toISOString();
  const done = { user: 'ada', action: 'key.rotate', subject: null, owner: 'ada' } as const;
  const first = { id: newIdentifier('au'), at, ...done, workload: null };
  await store.together(() =>
    Promise.all([
      store.audit.put(first),
      ...Array.from({ length: auditEntriesMax - 1 }, () =>
        store.audit.put({ ...first, id: newIdentifier('au') }),
      ),
    ]),
  );
  expect(audit.entries()).toHaveLength(auditEntriesMax);
  await audit.write({ ...done, owner: 'mia', workload: null });
  expect(audit.entries()).toHaveLength(auditEntriesMax);
  expect(audit.entries().some(({ id }) => id === first.id)).toBe(false);
  expect(audit.entries().at(-1)?.owner).toBe('mia');
  await store.close();
});
