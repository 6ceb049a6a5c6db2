import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { isAlive } from '../../../src/cli/living-process.ts';
import { until } from '../../support/until.ts';
import { cleanUp } from '../folder.ts';
import { endAll } from './process.ts';
import { serveText, startWorld, unusedPort, type World } from './world.ts';

let world: World;
let folder: string;
const pids: number[] = [];
beforeAll(async () => {
  world = await startWorld();
  folder = join(world.environment['BYWAY_CONFIG_DIR'] ?? '', 'sessions');
});
afterEach(async () => {
  await world.byway(['leave', '--all']);
  const left = pids.splice(0);
  try {
    for (const pid of left) await until(() => !isAlive(pid), `the end of ${pid}`);
  } finally {
    for (const pid of left) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  }
});
afterAll(async () => {
  await endAll();
  await cleanUp();
});

const detach = async (args: readonly string[]) => {
  const ended = await world.byway(['intercept', 'pricing', '--detach', '--json', ...args]);
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  const ready = JSON.parse(ended.stdout) as {
    readonly event: string;
    readonly id: string;
    readonly pid: number;
    readonly log: string;
    readonly port: number;
  };
  pids.push(ready.pid);
  return { ...ready, stderr: ended.stderr };
};

test('it is ready when the command returns, goes on, is seen, and ends with leave', async () => {
  const port = await serveText('laptop');
  const session = await detach(['--port', String(port)]);
  expect(session).toMatchObject({ event: 'ready', port });
  expect(session.stderr).toContain('ready in');
  expect(session.stderr).toContain('byway leave pricing');
  expect(isAlive(session.pid)).toBe(true);
  expect(await world.ask('/d', world.key)).toBe('laptop GET /d');
  expect((await world.byway(['status'])).stdout).toContain(`pricing → localhost:${port}`);
  for (const name of await readdir(folder)) {
    expect((await stat(join(folder, name))).mode & 0o777, name).toBe(0o600);
  }
  expect((await world.byway(['leave', 'pricing'])).code).toBe(0);
  await until(() => !isAlive(session.pid), 'the end of the session');
  expect(await readdir(folder)).toEqual([]);
  expect(await world.ask('/d', world.key)).toBe('pod GET /d');
});

test('what a foreground session refuses is refused with the same code, and no process stays', async () => {
  const before = await readdir(folder);
  const refused = await world.byway(['intercept', 'pricng', '--detach', '--port', '4000']);
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain('Did you mean pricing?');
  expect(await readdir(folder)).toEqual(before);
  const port = String(await serveText('laptop'));
  await detach(['--port', port]);
  expect((await world.byway(['intercept', 'pricing', '--detach', '--port', port])).code).toBe(5);
});

test('a port that nobody listens on is a warning', async () => {
  const port = await unusedPort();
  const session = await detach(['--port', String(port)]);
  expect(session.stderr).toContain(`▲ Nothing listens on localhost:${port}.`);
});

test('it starts a program as well, whose output is in the log', async () => {
  const app = fileURLToPath(new URL('app.js', import.meta.url));
  const session = await detach(['--', 'node', app, 'mine']);
  expect(await world.ask('/d', world.key)).toBe('mine GET /d');
  const log = await readFile(session.log, 'utf8');
  expect(log).toContain('mine listens');
  await world.byway(['leave', 'pricing']);
  await until(() => !isAlive(session.pid), 'the end of the session');
});

test('a killed one leaves a file that the next command removes', async () => {
  const session = await detach(['--port', String(await serveText('laptop'))]);
  process.kill(session.pid, 'SIGKILL');
  await until(() => !isAlive(session.pid), 'the end of the session');
  expect(await world.ask('/d', world.key)).toBe('pod GET /d');
  expect((await world.byway(['status'])).stdout).not.toContain('localhost:');
  expect(await readdir(folder)).toEqual([]);
});

test('a command that is killed before it is ready takes its session with it', async () => {
  const app = fileURLToPath(new URL('app.js', import.meta.url));
  const command = world.startByway([
    'intercept',
    'pricing',
    '--detach',
    '--',
    'node',
    app,
    'mine',
    'never',
  ]);
  const found = async (): Promise<string> => {
    const logs = (await readdir(folder)).filter((name) => name.endsWith('.log'));
    const texts = await Promise.all(logs.map((name) => readFile(join(folder, name), 'utf8')));
    return texts.find((text) => text.includes('60 s to listen')) ?? '';
  };
  await until(async () => (await found()) !== '', 'the log');
  const pid = await sessionOf(command.pid);
  command.child.kill('SIGKILL');
  await until(() => !isAlive(pid), 'the end of the session');
});

/** The process that a command has started. */
const sessionOf = async (parent: number): Promise<number> => {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const status = await readFile(`/proc/${name}/status`, 'utf8').catch(() => '');
    if (status.includes(`\nPPid:\t${parent}\n`)) return Number(name);
  }
  throw new Error('no session');
};
