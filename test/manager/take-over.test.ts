import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openStore } from '../../src/manager/store/store.ts';
import type { Match } from '../../src/protocol/match.ts';
import {
  call,
  cleanUp,
  create,
  events,
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

const tenant: Match = { all: [{ header: 'x-tenant', equals: 'acme' }] };
const path: Match = { all: [{ on: 'path', prefix: '/price' }] };

const begin = async (more: Parameters<typeof startWorld>[1] = {}) => {
  const world = await startWorld(undefined, more);
  const agent = await startAgent(world, 'pricing');
  const tokenOf = async (user: string): Promise<string> =>
    (await newToken(world, { role: 'user', user })).token;
  const [mia, ben] = await Promise.all([tokenOf('mia'), tokenOf('ben')]);
  const laptop = async (token: string): Promise<string> =>
    (await startLaptop(world, { token })).session;
  return { world, agent, mia, ben, laptop };
};

const listed = async (world: World): Promise<readonly string[]> => {
  const { items } = (await call(world, 'GET', '/v1/intercepts')).body as {
    readonly items: readonly { readonly id: string }[];
  };
  return items.map(({ id }) => id);
};

test('the loser is told, the agents change over, and the audit has both', async () => {
  const { world, agent, mia, ben, laptop } = await begin();
  const old = interceptOf(await create(world, wanted(await laptop(mia), { match: path }), mia));
  const watch = await events(world, `/v1/intercepts/${old.id}/events`, mia);
  const mine = wanted(await laptop(ben), { match: tenant });
  const refused = await create(world, mine, ben);
  expect(refused).toMatchObject({
    status: 409,
    body: { conflict: { id: old.id, owner: 'mia', all: [old.id] } },
  });
  const taken = interceptOf(await create(world, { ...mine, takeOver: [old.id] }, ben));
  await watch.ended;
  expect(watch.seen.at(-1)).toEqual({
    type: 'ended',
    reason: 'taken_over',
    by: 'ben',
    successor: { id: taken.id, laptop: 'laptop', match: tenant },
  });
  expect(await listed(world)).toEqual([taken.id]);
  await expect.poll(() => [...agent.rules.keys()]).toEqual([taken.id]);
  const audit = await call(world, 'GET', '/v1/audit?action=intercept.take_over', { token: mia });
  expect(audit.body).toMatchObject({
    items: [
      {
        user: 'ben',
        owner: 'mia',
        subject: old.id,
        successor: taken.id,
        workload: 'default/process/pricing',
        rule: 'path.startsWith("/price")',
      },
    ],
    next: null,
  });
});

test('no request falls between the two: agents get the new rule before the old one goes', async () => {
  const { world, agent, mia, ben, laptop } = await begin();
  const old = interceptOf(await create(world, wanted(await laptop(mia), { match: path }), mia));
  const body = wanted(await laptop(ben), { match: tenant, takeOver: [old.id] });
  const { id } = interceptOf(await create(world, body, ben));
  await expect.poll(() => agent.rules.has(old.id)).toBe(false);
  const changes = agent.events.seen as readonly {
    type: string;
    id?: string;
    rule?: { id: string };
  }[];
  const came = changes.findIndex((event) => event.type === 'put' && event.rule?.id === id);
  const went = changes.findIndex((event) => event.type === 'remove' && event.id === old.id);
  expect(came).toBeGreaterThan(-1);
  expect(went).toBeGreaterThan(came);
});

test('of two who take over at once one wins, and the other gets a conflict with the winner', async () => {
  const { world, mia, ben, laptop } = await begin();
  const old = interceptOf(await create(world, wanted(await laptop(mia), { match: path }), mia));
  const eve = (await newToken(world, { role: 'user', user: 'eve' })).token;
  const body = async (token: string) =>
    wanted(await laptop(token), { match: tenant, takeOver: [old.id] });
  const [first, second] = [await body(ben), await body(eve)];
  const replies = await Promise.all([create(world, first, ben), create(world, second, eve)]);
  expect(replies.map(({ status }) => status).sort()).toEqual([201, 409]);
  const winner = replies.find(({ status }) => status === 201)?.body['id'];
  expect(await listed(world)).toEqual([winner]);
  expect(replies.find(({ status }) => status === 409)?.body).toMatchObject({
    conflict: { id: winner },
  });
});

test('what is not in the way stays, whether it is named or not', async () => {
  const { world, mia, ben, laptop } = await begin();
  const session = await laptop(mia);
  const beside: Match = { all: [{ header: 'x-tenant', equals: 'beta' }] };
  const other = interceptOf(await create(world, wanted(session, { match: beside }), mia));
  const own = interceptOf(await create(world, wanted(session), mia));
  const body = wanted(await laptop(ben), { match: tenant, takeOver: [other.id, own.id] });
  const { id } = interceptOf(await create(world, body, ben));
  expect(new Set(await listed(world))).toEqual(new Set([other.id, own.id, id]));
});

test("one's own on another laptop can be taken over, a rule on the key too", async () => {
  const { world, mia, laptop } = await begin();
  const old = interceptOf(await create(world, wanted(await laptop(mia)), mia));
  const next = wanted(await laptop(mia));
  expect(await create(world, next, mia)).toMatchObject({
    status: 409,
    body: { conflict: { all: [old.id] } },
  });
  const { id } = interceptOf(await create(world, { ...next, takeOver: [old.id] }, mia));
  expect(await listed(world)).toEqual([id]);
});

test('a policy can keep others from it, and a dry run changes nothing', async () => {
  const takeOver = [{ users: ['eve'], workloads: ['pricing'] }];
  const { world, mia, ben, laptop } = await begin({
    policy: { unfiltered: [], otherKeys: [], takeOver },
  });
  const old = interceptOf(await create(world, wanted(await laptop(mia), { match: path }), mia));
  const body = wanted(await laptop(ben), { match: tenant, takeOver: [old.id] });
  expect(await create(world, body, ben)).toMatchObject({
    status: 403,
    body: { code: 'refused_by_policy', hint: 'Ask mia to: byway leave pricing' },
  });
  const eve = (await newToken(world, { role: 'user', user: 'eve' })).token;
  const hers = wanted(await laptop(eve), { match: tenant, takeOver: [old.id] });
  const dry = await call(world, 'POST', '/v1/intercepts?dryRun=true', { body: hers, token: eve });
  expect(dry.status).toBe(200);
  expect(await listed(world)).toEqual([old.id]);
  expect((await create(world, hers, eve)).status).toBe(201);
});

test('a crash at any byte of the write leaves the old one or the new one, with its audit', async () => {
  const { world, mia, ben, laptop } = await begin();
  const old = interceptOf(await create(world, wanted(await laptop(mia), { match: path }), mia));
  const journal = join(world.data, 'journal.jsonl');
  const before = (await readFile(journal)).length;
  const body = wanted(await laptop(ben), { match: tenant, takeOver: [old.id] });
  const { id } = interceptOf(await create(world, body, ben));
  const whole = await readFile(journal);
  expect(whole.subarray(before).toString().match(/\n/g)).toHaveLength(1);
  const seen = new Set<string>();
  for (let at = before; at <= whole.length; at++) {
    const folder = await newFolder();
    await writeFile(join(folder, 'journal.jsonl'), whole.subarray(0, at));
    const store = await openStore(folder);
    await store.close();
    const ids = [...store.intercepts.values()].map((record) => record.id);
    const told = [...store.audit.values()].some(({ action }) => action === 'intercept.take_over');
    expect(ids, `cut at ${at}`).toEqual(told ? [id] : [old.id]);
    seen.add(ids.join());
  }
  expect(seen).toEqual(new Set([old.id, id]));
});
