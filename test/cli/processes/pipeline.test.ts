import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { cleanUp, newFolder } from '../folder.ts';
import { endAll, type Running } from './process.ts';
import { askRaw, serveText, startWorld, unusedPort, type World } from './world.ts';

let world: World;
const sessions: Running[] = [];
beforeAll(async () => {
  world = await startWorld();
});
afterEach(async () => {
  for (const session of sessions.splice(0)) {
    session.child.kill('SIGKILL');
    await session.ended;
  }
  await world.byway(['leave', '--all']);
});
afterAll(async () => {
  await endAll();
  await cleanUp();
});

const pipeline = (args: readonly string[], more: NodeJS.ProcessEnv = {}): Running => {
  const session = world.startByway(['intercept', 'pricing', '--ci', ...args], more);
  sessions.push(session);
  return session;
};

const listed = async (): Promise<readonly Record<string, unknown>[]> =>
  JSON.parse((await world.byway(['list', '--json'])).stdout).intercepts;

const github = async (): Promise<NodeJS.ProcessEnv & { readonly GITHUB_ENV: string }> => {
  const file = join(await newFolder(), 'github-env');
  await writeFile(file, '');
  return {
    GITHUB_ACTIONS: 'true',
    GITHUB_RUN_ID: '4711',
    GITHUB_RUN_ATTEMPT: '2',
    GITHUB_ENV: file,
  };
};

test('it takes requests with the key of its own run, and no others', async () => {
  const keyFile = join(await newFolder(), 'key');
  const port = await serveText('laptop');
  const session = pipeline(['--port', String(port), '--key-file', keyFile]);
  await session.says(/^byway: pricing: ready in .*, run ci-[a-z2-7]{16}, agent .*, tunnel /m);
  const key = (await readFile(keyFile, 'utf8')).trim();
  expect(key).toMatch(/^[a-z2-7]{26}$/);
  expect(key).not.toBe(world.key);
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
  expect(await world.ask(`/price/1?k=${key}`, key)).toBe(`laptop GET /price/1?k=${key}`);
  expect(await world.ask('/price/1', world.key)).toBe('pod GET /price/1');
  await session.says(/^byway: pricing: GET \/price\/1\?k=\S*(?:…|redacted)\S* 200 /m);
  const curl = await world.byway(['curl', '--ci', '-s', `http://127.0.0.1:${world.agentPort}/c`]);
  expect(curl).toMatchObject({ code: 0, stdout: 'laptop GET /c' });
  session.child.kill('SIGTERM');
  expect(await session.ended).toBe(143);
  expect(session.stdout() + session.stderr()).not.toContain(key);
  expect(session.stderr()).toContain('byway: pricing: ended; the pod answers');
  await expect(stat(keyFile)).rejects.toThrow('ENOENT');
  expect(await listed()).toEqual([]);
});

test('two runs at once, with one token, have keys of their own', async () => {
  const folder = await newFolder();
  const files = ['one', 'two'].map((name) => join(folder, name));
  const runs = await Promise.all(
    files.map(async (file) => {
      const port = await serveText(file);
      const session = pipeline(['--port', String(port), '--key-file', file], {
        BYWAY_RUN: file.split('/').at(-1),
      });
      await session.says('ready in');
      return (await readFile(file, 'utf8')).trim();
    }),
  );
  expect(new Set([...runs, world.key]).size).toBe(3);
  expect(await world.ask('/', runs[0])).toBe(`${files[0]} GET /`);
  expect(await world.ask('/', runs[1])).toBe(`${files[1]} GET /`);
  const which = await world.byway(['curl', '--ci', '-s', `http://127.0.0.1:${world.agentPort}/`]);
  expect(which).toMatchObject({ code: 2, stdout: '' });
  expect(which.stderr).toContain('Several runs intercept here');
  const named = await world.byway(['curl', '-s', `http://127.0.0.1:${world.agentPort}/`], {
    BYWAY_RUN: 'two',
  });
  expect(named.stdout).toBe(`${files[1]} GET /`);
});

test('a killed runner leaves an intercept that ends within a minute', async () => {
  const port = await serveText('laptop');
  const session = pipeline(['--port', String(port)]);
  await session.says('ready in');
  expect((await listed())[0]?.['expiresAt']).toBeNull();
  session.child.kill('SIGKILL');
  await session.ended;
  await until(async () => (await listed())[0]?.['state'] === 'disconnected', 'the loss');
  const left = Date.parse(String((await listed())[0]?.['expiresAt'])) - Date.now();
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(60_000);
});

test('a port that nobody listens on is exit 7, and nothing is left', async () => {
  const port = await unusedPort();
  for (const more of [[], ['--detach']]) {
    const ended = await world.byway([
      'intercept',
      'pricing',
      '--ci',
      '--port',
      String(port),
      ...more,
    ]);
    expect(ended.code).toBe(7);
    expect(ended.stderr).toContain(`✗ Nothing listens on localhost:${port}.`);
    expect(ended.stderr).not.toContain('::error');
    expect(await listed()).toEqual([]);
  }
});

test('in GitHub Actions what matters is an annotation, and the run is told to later steps', async () => {
  const environment = await github();
  const port = await serveText('laptop');
  const session = pipeline(['--port', String(port)], environment);
  await session.says(
    /^::notice title=byway pricing::ready in .*, run github-4711-2-[a-z2-7]{16}, /m,
  );
  const run = /^BYWAY_RUN=(\S+)\n$/.exec(await readFile(environment.GITHUB_ENV, 'utf8'))?.[1];
  expect(session.stderr()).toContain(`run ${run},`);
  const { stdout } = await world.byway(['list', '--json']);
  expect(JSON.parse(stdout).intercepts).toMatchObject([{ run }]);
  session.child.kill('SIGTERM');
  await session.ended;
  const failed = await world.byway(
    ['intercept', 'pricing', '--ci', '--port', String(await unusedPort())],
    environment,
  );
  expect(failed.code).toBe(7);
  expect(failed.stderr).toMatch(
    /^::error title=byway intercept::Nothing listens on localhost%?\S*/m,
  );
});

test('a path can’t give the runner a command', async () => {
  const keyFile = join(await newFolder(), 'key');
  const port = await serveText('laptop');
  const session = pipeline(['--port', String(port), '--key-file', keyFile], await github());
  await session.says('ready in');
  const key = (await readFile(keyFile, 'utf8')).trim();
  expect(await askRaw(world.agentPort, '/##[add-path]/tmp', key)).toContain('laptop GET /##');
  await world.ask('/::set-output::x', key);
  await session.says('set-output');
  expect(session.stderr()).toContain('GET /# #[add-path]/tmp');
  expect(session.stderr()).not.toContain('##[');
  expect(session.stderr()).not.toMatch(/^\s*::(?!notice title=byway pricing::ready)/m);
});

test('--json prints the run with ready, and a command’s own code ends it', async () => {
  const app = ['--', process.execPath, join(import.meta.dirname, 'app.js'), 'app'];
  const session = pipeline(['--json', ...app], { BYWAY_RUN: 'nightly' });
  await session.says('"event":"ready"');
  const ready = JSON.parse(session.stdout().split('\n')[0] ?? '');
  expect(ready).toMatchObject({ event: 'ready', intercept: 'pricing', run: 'nightly' });
  await world.byway(['curl', '--ci', '-s', `http://127.0.0.1:${world.agentPort}/exit`]);
  expect(await session.ended).toBe(17);
});

test('leave --ci ends what is of this run, and nothing else', async () => {
  const port = String(await serveText('laptop'));
  const own = pipeline(['--port', port], { BYWAY_RUN: 'own' });
  const other = pipeline(['--port', port], { BYWAY_RUN: 'other' });
  await Promise.all([own.says('ready in'), other.says('ready in')]);
  const unclear = await world.byway(['leave', '--ci']);
  expect(unclear.code).toBe(2);
  expect((await world.byway(['leave', '--ci'], { BYWAY_RUN: 'own' })).code).toBe(0);
  expect(await own.ended).toBe(0);
  expect(own.stderr()).toMatch(/^byway: pricing: left by .*; the pod answers$/m);
  expect(await listed()).toMatchObject([{ run: 'other' }]);
  expect((await world.byway(['leave', '--ci', 'pricing'])).code).toBe(0);
  expect(await other.ended).toBe(0);
});

test('in the background it has the run’s key as well, and removes its file at the end', async () => {
  const keyFile = join(await newFolder(), 'key');
  const port = await serveText('laptop');
  const started = await world.byway(
    ['intercept', 'pricing', '--ci', '--detach', '--port', String(port), '--key-file', keyFile],
    { BYWAY_RUN: 'nightly' },
  );
  expect(started.code).toBe(0);
  expect(started.stderr).toMatch(/^byway: pricing: ready in .*, run nightly, /m);
  const key = (await readFile(keyFile, 'utf8')).trim();
  expect(await world.ask('/', key)).toBe('laptop GET /');
  expect((await world.byway(['leave', 'pricing'])).code).toBe(0);
  await until(async () => !(await stat(keyFile).catch(() => undefined)), 'the end of the file');
});

test.each([
  [['--port', '1', '--key-file', 'x'], {}, '--key-file'],
  [['--ci', '--port', '1'], { BYWAY_RUN: 'a b' }, 'BYWAY_RUN'],
])('intercept %j with %j is a usage error', async (args, environment, help) => {
  const ended = await world.byway(['intercept', 'pricing', ...args], environment);
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain(help);
});
