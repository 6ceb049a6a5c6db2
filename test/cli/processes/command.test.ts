import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { isAlive } from '../../../src/cli/living-process.ts';
import { until } from '../../support/until.ts';
import { cleanUp } from '../folder.ts';
import { endAll, type Running } from './process.ts';
import { serveText, startWorld, unusedPort, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
const pids: number[] = [];
afterEach(async () => {
  for (const pid of pids.splice(0)) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  await world.byway(['leave', '--all']);
});
afterAll(async () => {
  await endAll();
  await cleanUp();
});

const app = fileURLToPath(new URL('app.js', import.meta.url));

const intercept = (args: readonly string[], command: readonly string[]): Running =>
  world.startByway(['intercept', 'pricing', ...args, '--', ...command]);

const listed = async (): Promise<readonly unknown[]> =>
  JSON.parse((await world.byway(['list', '--json'])).stdout).intercepts;

test('the program gets a free PORT, serves, and its own exit code is ours', async () => {
  const session = intercept([], ['node', app, 'mine']);
  await session.says('ready in');
  expect(session.stdout()).toContain('mine listens');
  expect(await world.ask('/a', world.key)).toBe('mine GET /a');
  await world.ask('/exit', world.key).catch(() => 'broken');
  expect(await session.ended).toBe(17);
  expect(await listed()).toEqual([]);
  expect(await world.ask('/a', world.key)).toBe('pod GET /a');
});

test('--port names the PORT', async () => {
  const port = await unusedPort();
  const session = intercept(['--port', String(port)], ['node', app, 'mine']);
  await session.says('ready in');
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('mine GET /');
  session.child.kill('SIGTERM');
  expect(await session.ended).toBe(3);
});

test('a program that a signal kills is 128 and its number', async () => {
  const session = intercept([], ['node', app, 'mine']);
  await session.says('ready in');
  await world.ask('/abort', world.key).catch(() => 'broken');
  expect(await session.ended).toBe(137);
});

test('SIGINT reaches the program, whose code is ours', async () => {
  const session = intercept([], ['node', app, 'mine']);
  await session.says('ready in');
  session.child.kill('SIGINT');
  expect(await session.ended).toBe(130);
  expect(await listed()).toEqual([]);
});

test('leave in another terminal ends the program too, with 0', async () => {
  const session = intercept([], ['node', app, 'mine']);
  await session.says('ready in');
  await world.byway(['leave', 'pricing']);
  expect(await session.ended).toBe(0);
  expect(session.stdout()).toContain('got SIGTERM');
});

test('a second signal kills a program that does not want to end', async () => {
  const session = intercept([], ['node', app, 'mine', 'stubborn']);
  await session.says('ready in');
  session.child.kill('SIGTERM');
  await session.says('got SIGTERM');
  session.child.kill('SIGTERM');
  expect(await session.ended).toBe(143);
});

test('a program that ends before it listens changes nothing, and its code is ours', async () => {
  const session = intercept([], ['node', app, 'mine', '4']);
  expect(await session.ended).toBe(4);
  expect(session.stderr()).toContain('node ended with code 4 before it listened');
});

test('a program that never listens is ended by a signal', async () => {
  const session = intercept([], ['node', app, 'mine', 'never']);
  await session.says('it has 60 s to listen');
  session.child.kill('SIGTERM');
  expect(await session.ended).toBe(143);
});

test('a program that does not exist is 127', async () => {
  const session = intercept([], ['no-such-program-here']);
  expect(await session.ended).toBe(127);
  expect(session.stderr()).toContain('There is no program called no-such-program-here');
});

test('an unknown service is refused before the program is started', async () => {
  const refused = await world.byway(['intercept', 'pricng', '--', 'node', app, 'mine']);
  expect(refused.code).toBe(3);
  expect(refused.stdout).toBe('');
  expect(refused.stderr).toContain('Did you mean pricing?');
});

test('a refusal after the start ends the program, and its code is that of the refusal', async () => {
  const other = intercept([], ['node', app, 'first']);
  await other.says('ready in');
  const session = intercept([], ['node', app, 'second']);
  expect(await session.ended).toBe(5);
  expect(session.stdout()).toContain('got SIGTERM');
  other.child.kill('SIGTERM');
  await other.ended;
});

test('a port that is taken is refused before the program is started', async () => {
  const port = await serveText('taken');
  const session = intercept(['--port', String(port)], ['node', app, 'mine']);
  expect(await session.ended).toBe(1);
  expect(session.stderr()).toContain(`✗ Something listens on localhost:${port} already`);
  expect(session.stdout()).toBe('');
});

test('with --json the program writes to standard error', async () => {
  const session = intercept(['--json'], ['node', app, 'mine']);
  await session.says('"ready"');
  expect(session.stdout()).not.toContain('mine listens');
  expect(session.stderr()).toContain('mine listens');
  session.child.kill('SIGTERM');
  expect(await session.ended).toBe(3);
});

test('after kill -9 of the session the program’s requests come from the pod', async () => {
  const session = intercept([], ['node', app, 'mine']);
  await session.says('ready in');
  const port = Number(/PORT=(\d+)/.exec(session.stderr())?.[1]);
  session.child.kill('SIGKILL');
  await until(async () => (await world.ask('/b', world.key)) === 'pod GET /b');
  // The program itself is the user's and goes on; here it has to go.
  await fetch(`http://127.0.0.1:${port}/exit`).catch(() => 'gone');
  await session.ended;
});

/** A shell that starts the app without passing signals on; then the app has to be ended by us. */
const inShell = (more: string): readonly string[] => [
  'sh',
  '-c',
  `"${process.execPath}" "${app}" mine ${more} orphan & echo "app is $!"; wait`,
];

const appOf = async (session: Running): Promise<number> => {
  await session.says(/app is \d+\n/);
  const pid = Number(/app is (\d+)/.exec(session.stdout())?.[1]);
  pids.push(pid);
  return pid;
};

test.each(['counting', 'stubborn'])(
  'what the program started does not outlive it %s',
  async (how) => {
    const session = intercept([], inShell(how));
    await session.says('ready in');
    const pid = await appOf(session);
    session.child.kill('SIGTERM');
    expect(await session.ended).toBe(143);
    expect(session.stdout()).toContain('got SIGTERM');
    await until(() => !isAlive(pid), 'the end of the app');
  },
);

test('what a killed program started does not outlive it either', async () => {
  const session = intercept([], inShell('stubborn'));
  await session.says('ready in');
  const pid = await appOf(session);
  const [, shell] =
    /^(?:PPid:\s+)(\d+)$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  process.kill(Number(shell), 'SIGKILL');
  expect(await session.ended).toBe(137);
  await until(() => !isAlive(pid), 'the end of the app');
});
