import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { cleanUp, newFolder } from '../folder.ts';
import { endAll } from './process.ts';
import { serveText, startWorld, unusedPort, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await endAll();
  await cleanUp();
});

const newToken = async (...args: readonly string[]): Promise<string> =>
  (await world.byway(['token', 'create', ...args])).stdout.trim();

test('an unknown service is 3, with a suggestion to type', async () => {
  const refused = await world.byway(['intercept', 'pricng', '--port', '4000']);
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain('✗ No service is called "pricng" here. Nothing was changed.');
  expect(refused.stderr).toContain('  Did you mean pricing?   byway intercept pricing --port 4000');
});

test('a manager that is down is 6, and says what that means for traffic', async () => {
  const nowhere = { BYWAY_MANAGER: `http://127.0.0.1:${await unusedPort()}` };
  for (const args of [['list'], ['intercept', 'pricing', '--port', '1'], ['whoami']]) {
    const refused = await world.byway(args, nowhere);
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain("can't be reached (connection refused)");
    expect(refused.stderr).toContain('services answer their own requests');
  }
});

test('nobody logged in is 4, and so is an expired token', async () => {
  const environment = { BYWAY_TOKEN: undefined, BYWAY_CONFIG_DIR: await newFolder() };
  expect((await world.byway(['list'], environment)).code).toBe(4);
  const token = await newToken('--user', 'bob', '--for', '1s');
  await until(async () => (await world.byway(['list'], { BYWAY_TOKEN: token })).code !== 0);
  for (const args of [['list'], ['intercept', 'pricing', '--port', '1']]) {
    const refused = await world.byway(args, { BYWAY_TOKEN: token });
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain('Your token has expired. Nothing was changed.');
  }
});

test('a conflict is 5: both rules, the owner, until when, an example, and what to do', async () => {
  const port = String(await serveText('mia'));
  const mia = { BYWAY_TOKEN: await newToken('--user', 'mia') };
  const theirs = world.startByway(
    ['intercept', 'pricing', '--port', port, '--http-header', 'x-tenant=acme', '--for', '1h'],
    mia,
  );
  await theirs.says('ready in');
  const args = ['intercept', 'pricing', '--port', '4000', '--http-header'];
  const refused = await world.byway([...args, 'x-tenant=acme']);
  expect(refused.code).toBe(5);
  expect(refused.stderr).toContain("Your rule and one of mia's match the same requests");
  expect(refused.stderr).toMatch(/Yours +header x-tenant = "acme"/);
  expect(refused.stderr).toMatch(/Mia's +header x-tenant = "acme" +until .*\d\d:\d\d/);
  expect(refused.stderr).toContain('Both match, for example   x-tenant: acme');
  const [, apart = ''] = /Keep apart +byway (intercept .*)/.exec(refused.stderr) ?? [];
  const kept = world.startByway(apart.split(' '));
  await kept.says('ready in');
  kept.child.kill('SIGINT');
  await kept.ended;
  const other = await world.byway([...args, 'x-user']);
  expect(other.code).toBe(5);
  expect(other.stderr).toContain(`--match 'header("x-user") and not header("x-tenant")'`);
  expect(await world.byway(['list', '--json'])).toMatchObject({ stdout: '{"intercepts":[]}\n' });
  theirs.child.kill('SIGINT');
  await theirs.ended;
});

test("another's intercept is 3 by name, with its owner, and 9 by id without the right", async () => {
  const port = String(await serveText('owner'));
  const session = world.startByway(['intercept', 'pricing', '--port', port, '--json']);
  await session.says('"ready"');
  const { id } = JSON.parse(session.stdout().split('\n')[0] ?? '');
  const mia = { BYWAY_TOKEN: await newToken('--user', 'mia') };
  const byName = await world.byway(['leave', 'pricing'], mia);
  expect(byName.code).toBe(3);
  expect(byName.stderr).toContain(`byway leave ${id}`);
  expect((await world.byway(['leave', id], mia)).code).toBe(9);
  const everybodys = await world.byway(['list', '--all'], mia);
  expect(everybodys.stdout).toContain('their key');
  expect(everybodys.stdout).not.toContain(world.key);
  session.child.kill('SIGINT');
  await session.ended;
});

test('the same intercept twice is 5 and names its owner', async () => {
  const port = String(await serveText('first'));
  const session = world.startByway(['intercept', 'pricing', '--port', port]);
  await session.says('ready in');
  const refused = await world.byway(['intercept', 'pricing', '--port', port]);
  expect(refused.code).toBe(5);
  expect(refused.stderr).toMatch(/Replace +byway intercept pricing --port \d+ --take-over/);
  expect(refused.stderr).toContain('End it       byway leave pricing');
  session.child.kill('SIGINT');
  await session.ended;
});

test('no filter at all is 9', async () => {
  const refused = await world.byway([
    'intercept',
    'pricing',
    '--port',
    '1',
    '--http-header',
    'all',
  ]);
  expect(refused.code).toBe(9);
});

test('a service whose agent is away is 7', async () => {
  const headers = { authorization: `Bearer ${await newToken('--agent', 'away')}` };
  const path = `${world.url}/v1/agents/default/process/away/rules?agent=ag_${'a'.repeat(26)}`;
  const away = new AbortController();
  await fetch(path, { headers, signal: away.signal });
  away.abort();
  await until(async () => {
    const refused = await world.byway(['intercept', 'away', '--port', '1:80']);
    return refused.code === 7 && refused.stderr.includes('No agent of away is connected');
  });
});

test('nothing of one’s own to leave is 3, with a suggestion, and changes nothing', async () => {
  expect(await world.byway(['leave', 'nothing'])).toMatchObject({ code: 3 });
  const port = String(await serveText('mine'));
  const session = world.startByway(['intercept', 'pricing', '--port', port]);
  await session.says('ready in');
  const refused = await world.byway(['leave', 'pricing', 'prcing']);
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain('Did you mean pricing?   byway leave pricing');
  expect((await world.byway(['list'])).stdout).toContain('pricing');
  session.child.kill('SIGINT');
  await session.ended;
});

test.each([
  [['intercept', 'pricing'], 'On which port'],
  [['intercept', 'pricing', '--port', '3000', '--http-header', 'x~(a'], 'never closed'],
  [['intercept', 'pricing', '--port', '0'], '--port takes'],
  [['intercept', 'pricing', '--port', '3000', '--for', '2d'], 'at most 1d'],
  [['intercept', 'pricing', 'other', '--port', '3000'], 'One service at a time'],
  [['intercept', 'pricing', '--port', '3000:1'], 'port'],
])('byway %j is 2', async (args, message) => {
  const refused = await world.byway(args);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(message);
});

test('empty lists are a sentence with the next command, on standard error', async () => {
  const list = await world.byway(['list']);
  expect(list).toMatchObject({ code: 0, stdout: '' });
  expect(list.stderr).toContain('byway intercept NAME --port 3000');
  expect((await world.byway(['list', '--quiet'])).stderr).toBe('');
});
