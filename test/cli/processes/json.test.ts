import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { cleanUp, newFolder } from '../folder.ts';
import { documentsOf } from './documented.ts';
import { endAll, run } from './process.ts';
import { startTwoApps, type TwoApps } from './two-apps.ts';
import { unusedPort } from './world.ts';

let apps: TwoApps;
beforeAll(async () => {
  apps = await startTwoApps();
}, 90_000);
afterAll(async () => {
  await cleanUp();
  await endAll();
});

/** What `byway ARGS --json` printed, checked against the schema of that command. */
const printed = async (name: string, args: readonly string[], code = 0): Promise<unknown> => {
  const ended = await apps.world.byway([...args, '--json']);
  expect({ args, code: ended.code, stderr: ended.stderr }).toMatchObject({ args, code });
  const documents = documentsOf(name, ended.stdout);
  expect(documents).toHaveLength(1);
  return documents[0];
};

test('a document that is not as described is found', () => {
  expect(() => documentsOf('leave', '{"left":[{"id":"a"}]}\n')).toThrow('name');
  expect(() => documentsOf('leave', '{"left":[],"more":1}\n')).toThrow('unevaluated');
  expect(() => documentsOf('list', '{"intercepts":[{}]}\n')).toThrow('required');
});

test('who one is, and tokens', async () => {
  await printed('whoami', ['whoami']);
  const { id } = (await printed('token-create', ['token', 'create', '--user', 'mia'])) as {
    readonly id: string;
  };
  await printed('token-list', ['token', 'list']);
  expect(await printed('token-revoke', ['token', 'revoke', id])).toEqual({ revoked: id });
});

test('login and logout', async () => {
  const { world } = apps;
  const environment = { BYWAY_TOKEN: '', BYWAY_CONFIG_DIR: await newFolder() };
  const login = await world.byway(
    ['login', '--token-stdin', '--store', 'file', '--json'],
    environment,
    world.token,
  );
  expect(documentsOf('login', login.stdout)).toMatchObject([{ store: 'file' }]);
  const logout = await world.byway(['logout', '--json'], environment);
  expect(documentsOf('logout', logout.stdout)).toMatchObject([{ forgotten: true }]);
});

test('intercepts: list, status, pause, resume, extend', async () => {
  expect(await printed('list', ['list'])).toMatchObject({ intercepts: [{ name: 'pricing' }] });
  await printed('status', ['status']);
  await printed('pause', ['pause', 'pricing']);
  await printed('list', ['list', '--all']);
  await printed('status', ['status', 'pricing']);
  await printed('resume', ['resume', 'pricing']);
  await printed('extend', ['extend', 'pricing']);
});

test('status without a manager has what this machine knows, and no error besides', async () => {
  const nowhere = { BYWAY_MANAGER: `http://127.0.0.1:${await unusedPort()}` };
  const { code, stdout } = await apps.world.byway(['status', '--json'], nowhere);
  expect(code).toBe(6);
  expect(documentsOf('status', stdout)).toMatchObject([{ manager: null }]);
});

test('requests: inspect, replay, diff, export, explain, assert, wait', async () => {
  const { send, newest } = apps;
  await send('/price');
  const { id } = await newest();
  await printed('inspect', ['inspect']);
  await printed('inspect', ['inspect', id]);
  await printed('replay', ['replay', id]);
  expect(await printed('diff', ['diff', id], 8)).toMatchObject({ same: false });
  await printed('export', ['export', id, '--as', 'curl']);
  await printed('explain', ['explain', 'GET', '/price']);
  const rule = ['--http-header', 'x-tenant=acme'];
  await printed('explain', ['explain', 'GET', '/price', '-H', 'x-tenant: b', ...rule]);
  await printed('assert', ['assert', 'pricing', '--path', '/price']);
  expect(await printed('assert', ['assert', 'pricing', '--path', '/no'], 8)).toMatchObject({
    passed: false,
  });
  await printed('wait', ['wait', 'pricing']);
});

test('what would come of an intercept, and what is in its way', async () => {
  const dry = ['intercept', 'pricing', '--port', '4000', '--dry-run'];
  const free = await printed('intercept', [...dry, '--http-header', 'x-tenant=acme']);
  expect(free).toMatchObject({ wouldBeCreated: true });
  expect(await printed('intercept', dry, 5)).toMatchObject({ wouldBeCreated: false });
});

test('the events of a session, and of those who follow it', async () => {
  const { world, you } = apps;
  await world.byway(['leave', '--all']);
  const session = world.startByway([
    ...['intercept', 'pricing', '--port', String(you.port), '--for', '10m', '--json'],
  ]);
  await session.says('"ready"');
  const follower = world.startByway(['inspect', '--follow', '--json']);
  await until(async () => {
    await apps.send('/same');
    return follower.stdout().includes('"event":"request"');
  });
  await world.byway(['pause', 'pricing']);
  await session.says('"paused"');
  await world.byway(['resume', 'pricing']);
  await session.says('"resumed"');
  await world.byway(['extend', 'pricing', '--for', '20m']);
  await session.says('"extended"');
  await session.says('"counts"');
  await world.byway(['leave', 'pricing']);
  expect(await session.ended).toBe(0);
  const events = documentsOf('intercept', session.stdout()) as readonly { event: string }[];
  expect(events[0]).toMatchObject({ event: 'ready' });
  expect(events.at(-1)).toMatchObject({ event: 'ended', reason: 'left' });
  expect(await follower.ended).toBe(0);
  expect(documentsOf('inspect', follower.stdout()).length).toBeGreaterThan(0);
});

test('a project, and leave and down', async () => {
  const { world, you } = apps;
  const folder = await newFolder();
  await writeFile(join(folder, 'byway.yaml'), `intercepts: {pricing: {port: ${you.port}}}\n`);
  const inProject = async (name: string, args: readonly string[]): Promise<unknown> => {
    const ended = await run('byway', [...args, '--json'], {
      environment: world.environment,
      folder,
    });
    expect(ended).toMatchObject({ code: 0 });
    return documentsOf(name, ended.stdout)[0];
  };
  expect(await inProject('up', ['up', '--detach'])).toMatchObject({ event: 'ready' });
  expect(await inProject('down', ['down'])).toMatchObject({ left: [{ name: 'pricing' }] });
  expect(await inProject('leave', ['leave', '--all'])).toEqual({ left: [] });
});

test.each<[string, number, readonly string[], NodeJS.ProcessEnv]>([
  ['usage', 2, ['list', '--bogus', '--json'], {}],
  ['usage', 2, ['lst', '--json'], {}],
  ['usage', 2, ['token', 'revoke', '--json'], {}],
  ['not_found', 3, ['status', 'nothing', '--json'], {}],
  ['not_found', 3, ['intercept', 'pricng', '--port', '1', '--json'], {}],
  ['not_logged_in', 4, ['list', '--json'], { BYWAY_TOKEN: 'wrong' }],
  ['unreachable', 6, ['list', '--json'], { BYWAY_MANAGER: 'http://127.0.0.1:1' }],
  ['not_ready', 7, ['wait', '--within', '1s', '--json'], {}],
])('a failure of kind %s is a document, exit code %i: %j', async (kind, code, args, more) => {
  const ended = await apps.world.byway(args, more);
  expect(ended.code).toBe(code);
  const [document] = documentsOf('error', ended.stdout);
  expect(document).toMatchObject({ error: { kind, exitCode: code } });
  const { message } = (document as { error: { message: string } }).error;
  expect(ended.stderr).toContain(`✗ ${message}`);
});

test('without --json, or where it is another program’s, a failure prints nothing', async () => {
  const nowhere = { BYWAY_MANAGER: 'http://127.0.0.1:1' };
  for (const args of [['list'], ['curl', '--json', '{}', 'http://127.0.0.1:1/']]) {
    expect(await apps.world.byway(args, nowhere)).toMatchObject({ code: 6, stdout: '' });
  }
  const command = ['intercept', 'pricng', '--', 'node', '--json'];
  expect(await apps.world.byway(command)).toMatchObject({ code: 3, stdout: '' });
});
