import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAlive } from '../../../src/cli/living-process.ts';
import { until } from '../../support/until.ts';
import { afterwards, cleanUp } from '../folder.ts';
import { endAll } from './process.ts';
import { serveText, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await endAll();
  await cleanUp();
});

/** The command lines of all processes of this machine. */
const commandLines = async (): Promise<string> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
  return (await Promise.all(lines)).join('\n');
};

const filesWith = async (folder: string, secret: string): Promise<readonly string[]> => {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of names.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    if ((await readFile(path, 'utf8')).includes(secret)) found.push(entry.name);
  }
  return found;
};

test('tokens and keys are in no arguments, outputs, logs or files but the credentials', async () => {
  const configuration = world.environment['BYWAY_CONFIG_DIR'] ?? '';
  const kept = { BYWAY_TOKEN: undefined };
  const { token, key } = world;
  const login = await world.byway(['login', '--token-stdin', '--store', 'file'], kept, token);
  const app = fileURLToPath(new URL('app.js', import.meta.url));
  const detached = await world.byway(
    ['intercept', 'pricing', '--detach', '--json', '--', 'node', app, 'mine'],
    kept,
  );
  const { pid, log } = JSON.parse(detached.stdout);
  expect(await world.ask(`/${key}?t=${token}`, key)).toContain('mine');
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8');

  // A server that does not answer keeps curl running while we look.
  let asked = 0;
  const server = createServer(() => {
    asked++;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const curl = world.startByway(['curl', '-s', `http://127.0.0.1:${port}/`], kept);
  await until(() => asked === 1, 'the request');
  const lines = await commandLines();
  expect(lines).toContain(`http://127.0.0.1:${port}/`);
  server.closeAllConnections();
  await curl.ended;

  const outputs = [login, detached].map(({ stdout, stderr }) => stdout + stderr).join('');
  const whole = [lines, outputs, environment, await readFile(log, 'utf8')].join('\n');
  expect(whole).toContain('byway.js');
  expect(whole).not.toContain(token);
  expect(whole).not.toContain(key);
  expect(await filesWith(configuration, token)).toEqual(['credentials.json']);
  expect(await filesWith(configuration, key)).toEqual([]);
  await world.byway(['leave', 'pricing'], kept);
  await until(() => !isAlive(pid), 'the end of the session');
});

test('a foreground session shows no key, not even one in an address, and no failure shows a token', async () => {
  const { token, key } = world;
  const session = world.startByway([
    'intercept',
    'pricing',
    '--port',
    String(await serveText('x')),
  ]);
  await session.says('ready in');
  await world.ask(`/path/${key}`, key);
  await session.says('GET    /path/');
  await world.restartManager();
  await session.says('Tunnel lost');
  session.child.kill('SIGINT');
  await session.ended;
  expect(session.stdout() + session.stderr()).not.toContain(key);
  expect(session.stdout() + session.stderr()).not.toContain(token);
  const failed = await world.byway(['list'], { BYWAY_MANAGER: 'http://127.0.0.1:1' });
  expect(failed.stderr).not.toContain(token);
});
