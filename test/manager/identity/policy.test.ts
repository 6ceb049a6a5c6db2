import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { mayBy, readPolicy, usualPolicy } from '../../../src/manager/identity/policy.ts';
import type { Match } from '../../../src/protocol/match.ts';
import {
  call,
  cleanUp,
  newFolder,
  newToken,
  startAgent,
  startLaptop,
  startWorld,
  wanted,
} from '../world.ts';

afterEach(cleanUp);

const fileWith = async (text: string): Promise<string> => {
  const path = join(await newFolder(), 'policy.json');
  await writeFile(path, text);
  return path;
};

test('a right is given to users on workloads, and without a word to nobody or all', async () => {
  const policy = await readPolicy(
    await fileWith('{"unfiltered": [{"users": ["mia"], "workloads": ["process/pricing"]}]}'),
  );
  const pricing = { kind: 'process', name: 'pricing' };
  expect(mayBy(policy, 'unfiltered', 'mia', pricing)).toBe(true);
  expect(mayBy(policy, 'unfiltered', 'mia', { kind: 'process', name: 'cart' })).toBe(false);
  expect(mayBy(policy, 'unfiltered', 'ben', pricing)).toBe(false);
  expect(mayBy(policy, 'otherKeys', 'mia', pricing)).toBe(false);
  expect(mayBy(policy, 'takeOver', 'ben', pricing)).toBe(true);
  expect(await readPolicy(await fileWith('{}'))).toEqual(usualPolicy);
  const all = await readPolicy(await fileWith('{"otherKeys": [{"users": ["*"]}], "takeOver": []}'));
  expect(mayBy(all, 'otherKeys', 'anyone', pricing)).toBe(true);
  expect(mayBy(all, 'takeOver', 'anyone', pricing)).toBe(false);
});

test.each([
  ['nonsense', 'the file'],
  ['{"unfilterd": []}', 'unfilterd'],
  ['{"takeOver": [{"users": []}]}', 'takeOver.0.users'],
  ['{"takeOver": true}', 'takeOver'],
  [' '.repeat(300_000), 'larger than'],
])('%.30j is refused at the start, with the place', async (text, place) => {
  await expect(readPolicy(await fileWith(text))).rejects.toThrow(
    expect.objectContaining({ kind: 'usage', message: expect.stringContaining(place) }),
  );
});

test('a file that is not there is named', async () => {
  await expect(readPolicy('/nowhere/policy.json')).rejects.toThrow('--policy /nowhere/policy.json');
});

const begin = async (policy?: Parameters<typeof startWorld>[1]) => {
  const world = await startWorld(undefined, policy);
  await startAgent(world, 'pricing');
  const mia = (await newToken(world, { role: 'user', user: 'mia' })).token;
  const { session } = await startLaptop(world, { token: mia });
  const post = (more: object) =>
    call(world, 'POST', '/v1/intercepts?dryRun=true', {
      body: { ...wanted(session), ...more },
      token: mia,
    });
  return { post };
};

const everything: Match = { all: [] };
const nearly: Match = { all: [{ not: { header: 'x', present: true } }] };
const tenant: Match = { all: [{ header: 'x', equals: 'a' }] };
const right = [{ users: ['mia'], workloads: ['pricing'] }];

test('no filter needs the right and the own word; one of them is not enough', async () => {
  const { post: usual } = await begin();
  const { post: granted } = await begin({ policy: { ...usualPolicy, unfiltered: right } });
  for (const match of [everything, nearly]) {
    expect(await usual({ match, confirmed: true })).toMatchObject({ status: 403 });
    expect(await granted({ match })).toMatchObject({
      status: 403,
      body: { code: 'refused_by_policy', hint: expect.stringContaining('--yes') },
    });
    expect(await granted({ match, confirmed: true })).toMatchObject({ status: 200 });
  }
});

test("other users' keys need the right and the own word, and the rule says so", async () => {
  const { post: usual } = await begin();
  const { post: granted } = await begin({ policy: { ...usualPolicy, otherKeys: right } });
  const asked = { match: tenant, otherKeys: true };
  expect((await usual({ ...asked, confirmed: true })).status).toBe(403);
  expect((await granted(asked)).status).toBe(403);
  expect(await granted({ ...asked, confirmed: true })).toMatchObject({
    status: 200,
    body: { otherKeys: true },
  });
  expect((await granted({ match: tenant, confirmed: true })).body).not.toHaveProperty('otherKeys');
});

test('priority is for general rules, within its limits', async () => {
  const { post } = await begin();
  expect((await post({ match: tenant, priority: 7 })).body).toMatchObject({ priority: 7 });
  expect((await post({ match: tenant, priority: 0 })).body).not.toHaveProperty('priority');
  expect((await post({ priority: 1 })).status).toBe(400);
  expect((await post({ otherKeys: true, confirmed: true })).status).toBe(400);
  for (const priority of [101, -101, 1.5, '1']) {
    expect((await post({ match: tenant, priority })).status).toBe(400);
  }
});
