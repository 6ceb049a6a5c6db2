import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanUp, newFolder } from '../folder.ts';
import { endAll } from './process.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await endAll();
  await cleanUp();
});

/** Someone with folders of their own who has no token yet. */
const newUser = async () => {
  const folder = await newFolder();
  const environment = {
    BYWAY_CONFIG_DIR: folder,
    BYWAY_MANAGER: undefined,
    BYWAY_TOKEN: undefined,
    DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere',
  };
  return { folder, environment };
};

const login = (environment: NodeJS.ProcessEnv, token: string, ...more: readonly string[]) =>
  world.byway(
    ['login', '--manager', world.url, '--token-stdin', ...more],
    environment,
    `${token}\n`,
  );

test('a checked token is kept in a file of one’s own, used, and forgotten', async () => {
  const { folder, environment } = await newUser();
  const loggedIn = await login(environment, world.token, '--store', 'file');
  expect(loggedIn).toMatchObject({ code: 0, stdout: '' });
  expect(loggedIn.stderr).not.toContain(world.token);
  expect((await stat(join(folder, 'credentials.json'))).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, 'config.json'))).mode & 0o777).toBe(0o600);

  const who = await world.byway(['whoami', '--json'], environment);
  const { user, key, role } = JSON.parse(who.stdout);
  expect(who.code).toBe(0);
  expect(role).toBe('owner');
  expect(key).toBe(`${world.key.slice(0, 4)}…${world.key.slice(-3)}`);
  const plain = await world.byway(['whoami'], environment);
  expect(plain.stdout).toContain(user);
  expect(plain.stdout + who.stdout).not.toContain(world.key);

  expect((await world.byway(['logout'], environment)).code).toBe(0);
  expect(await readFile(join(folder, 'credentials.json'), 'utf8')).not.toContain(world.token);
  expect(await world.byway(['whoami'], environment)).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('You are not logged in'),
  });
});

test('a token that the manager does not know is not kept', async () => {
  const { folder, environment } = await newUser();
  expect((await login(environment, 'nonsense', '--store', 'file')).code).toBe(4);
  await expect(stat(join(folder, 'credentials.json'))).rejects.toThrow('ENOENT');
  await expect(stat(join(folder, 'config.json'))).rejects.toThrow('ENOENT');
});

test('without a keychain, a terminal and --store file nothing is kept, and it is a usage error', async () => {
  const { folder, environment } = await newUser();
  const refused = await login(environment, world.token);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('--store file');
  await expect(stat(join(folder, 'credentials.json'))).rejects.toThrow('ENOENT');
});

test('BYWAY_TOKEN wins over what is kept', async () => {
  const { environment } = await newUser();
  await login(environment, world.token, '--store', 'file');
  const other = await world.byway(['whoami'], { ...environment, BYWAY_TOKEN: 'nonsense' });
  expect(other.code).toBe(4);
});

test.each([
  ['', 'no token'],
  ['two words', 'no token'],
  ['a'.repeat(9000), 'too long'],
])('%j on standard input is no token', async (input, message) => {
  const { environment } = await newUser();
  const refused = await login(environment, input);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(message);
});

test('there is no flag that takes the token itself', async () => {
  const { environment } = await newUser();
  const refused = await world.byway(['login', '--token', 'secret'], environment);
  expect(refused.code).toBe(2);
});

test('a broken configuration is told with its path', async () => {
  const { folder, environment } = await newUser();
  await writeFile(join(folder, 'config.json'), '{');
  const refused = await world.byway(['whoami'], environment);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(join(folder, 'config.json'));
});

test('a token is made once, listed without its secret, and revoked', async () => {
  const made = await world.byway(['token', 'create', '--user', 'mia', '--for', '1h']);
  const token = made.stdout.trim();
  expect(made.code).toBe(0);
  expect(made.stderr).not.toContain(token);
  const id = /tk_[0-9a-z]{26}/.exec(made.stderr)?.[0] ?? '';
  const listed = await world.byway(['token', 'list', '--json']);
  expect(listed.stdout).not.toContain(token);
  expect(JSON.parse(listed.stdout).tokens).toContainEqual(
    expect.objectContaining({ id, user: 'mia', role: 'user' }),
  );
  const mia = { BYWAY_TOKEN: token };
  expect((await world.byway(['whoami'], mia)).stdout).toContain('mia');
  expect((await world.byway(['token', 'revoke', id])).code).toBe(0);
  expect((await world.byway(['whoami'], mia)).code).toBe(4);
  expect((await world.byway(['token', 'revoke', id])).code).toBe(3);
});

test('a token is for exactly one of a person, an agent, a CI job', async () => {
  expect((await world.byway(['token', 'create'])).code).toBe(2);
  expect((await world.byway(['token', 'create', '--user', 'a', '--agent', 'b'])).code).toBe(2);
  const made = await world.byway([
    'token',
    'create',
    '--workload',
    'pricing',
    '--for',
    '1h',
    '--json',
  ]);
  expect(JSON.parse(made.stdout)).toMatchObject({ role: 'ci', workload: 'pricing' });
});
