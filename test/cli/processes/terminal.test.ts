import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { isAlive } from '../../../src/cli/living-process.ts';
import { until } from '../../support/until.ts';
import { cleanUp } from '../folder.ts';
import { endTerminals, inTerminal } from './in-terminal.ts';
import { endAll } from './process.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
const pids: number[] = [];
afterEach(async () => {
  for (const pid of pids.splice(0)) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  await world.byway(['leave', '--all']);
  endTerminals();
});
afterAll(async () => {
  await endAll();
  await cleanUp();
});

// `script` of other systems takes other flags.
const inLinux = test.skipIf(process.platform !== 'linux');

const app = fileURLToPath(new URL('app.js', import.meta.url));

const startIn = (args: readonly string[]) =>
  inTerminal(args, { ...world.environment, TERM: 'dumb' });

inLinux('Ctrl-C in a terminal reaches the program once, and nothing outlives it', async () => {
  const script = `"${process.execPath}" "${app}" mine counting orphan & echo "app is $!"; wait`;
  const terminal = startIn(['intercept', 'pricing', '--', 'sh', '-c', script]);
  await terminal.shows(/ready in/);
  const pid = Number(/app is (\d+)/.exec(terminal.shown())?.[1]);
  pids.push(pid);
  expect(await world.ask('/t', world.key)).toBe('mine GET /t');
  terminal.type('\u0003');
  expect(await terminal.ended).toBe(130);
  expect(terminal.shown().match(/got SIGINT/g)).toHaveLength(1);
  expect(terminal.shown()).toContain('serves its own traffic again');
  await until(() => !isAlive(pid), 'the end of the app');
  expect(await world.ask('/t', world.key)).toBe('pod GET /t');
});

inLinux('leave ends all that runs in the terminal', async () => {
  const script = `"${process.execPath}" "${app}" mine stubborn orphan & echo "app is $!"; wait`;
  const terminal = startIn(['intercept', 'pricing', '--', 'sh', '-c', script]);
  await terminal.shows(/ready in/);
  const pid = Number(/app is (\d+)/.exec(terminal.shown())?.[1]);
  pids.push(pid);
  await world.byway(['leave', 'pricing']);
  expect(await terminal.ended).toBe(0);
  await until(() => !isAlive(pid), 'the end of the app');
});

inLinux('the program reads what is typed', async () => {
  const script = `"${process.execPath}" "${app}" mine & app=$!; read line; echo "read $line"; kill $app; exit 5`;
  const terminal = startIn(['intercept', 'pricing', '--', 'sh', '-c', script]);
  await terminal.shows(/ready in/);
  terminal.type('hello\n');
  expect(await terminal.ended).toBe(5);
  expect(terminal.shown()).toContain('read hello');
});
