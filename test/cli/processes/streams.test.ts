import { spawn, spawnSync } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { afterwards, cleanUp, newFolder } from '../folder.ts';
import { endTerminals, inTerminal } from './in-terminal.ts';
import { endAll, programPath } from './process.ts';
import { serveText, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 90_000);
afterEach(async () => {
  endTerminals();
  await world.byway(['leave', '--all']);
});
afterAll(async () => {
  await endAll();
  await cleanUp();
});

const inLinux = test.skipIf(process.platform !== 'linux');

/** Runs a line of shell in which `$byway` is the program. */
const shell = async (line: string, more: NodeJS.ProcessEnv = {}) => {
  const child = spawn('sh', ['-c', line.replaceAll('$byway', '"$node" "$program"')], {
    env: {
      ...world.environment,
      node: process.execPath,
      program: programPath('byway'),
      ...more,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
};

inLinux('whoever reads one line and goes is no failure', async () => {
  const { stdout, stderr } = await shell('($byway doctor; echo "code $?" >&2) | head -n 1');
  expect(stdout).toMatch(/^PASS {2}node .*\n$/);
  expect(stderr).toBe('Nothing of 13 checks failed.\ncode 0\n');
  const gone = await shell('($byway token list; echo "code $?" >&2) | true');
  expect(gone.stderr).toBe('code 0\n');
});

inLinux('what can’t be written is a failure, once, in words', async () => {
  for (const args of ['whoami', '--help', 'list --json']) {
    const { code, stderr } = await shell(`$byway ${args} > /dev/full`);
    expect({ args, code, stderr }).toEqual({
      args,
      code: 1,
      stderr: '✗ The output could not be written: ENOSPC: no space left on device, write.\n',
    });
  }
});

inLinux('closed streams are survived', async () => {
  expect(await shell('$byway whoami <&-')).toMatchObject({ code: 0, stderr: '' });
  expect(await shell('$byway whoami >&-')).toMatchObject({ code: 0, stderr: '' });
  const { stdout } = await shell('$byway whoami --json 2>&-');
  expect(JSON.parse(stdout)).toMatchObject({ role: 'owner' });
  expect((await shell('$byway leave nothing >&- 2>&-')).code).toBe(3);
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
const colours = /\x1b\[\d/;

inLinux.each<[string, readonly string[], NodeJS.ProcessEnv, boolean]>([
  ['in a terminal', [], {}, true],
  ['with NO_COLOR', [], { NO_COLOR: '1' }, false],
  ['with an empty NO_COLOR', [], { NO_COLOR: '' }, true],
  ['with TERM=dumb', [], { TERM: 'dumb' }, false],
  ['with --no-color', ['--no-color'], {}, false],
  ['with NO_COLOR, whatever FORCE_COLOR says', [], { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ['with TERM=dumb and FORCE_COLOR', [], { TERM: 'dumb', FORCE_COLOR: '1' }, true],
])('colours %s', async (_, flags, more, expected) => {
  const terminal = inTerminal(['leave', 'nothing', ...flags], { ...world.environment, ...more });
  expect(await terminal.ended).toBe(3);
  expect(terminal.shown()).toContain('You have no intercept called "nothing"');
  expect(colours.test(terminal.shown())).toBe(expected);
});

test('outside a terminal there is colour only where it is forced', async () => {
  const plain = await world.byway(['leave', 'nothing']);
  expect(plain.stderr).not.toMatch(colours);
  const forced = await world.byway(['leave', 'nothing'], { FORCE_COLOR: '1' });
  expect(forced.stderr).toMatch(colours);
});

inLinux('a terminal is asked, --no-input is not, and Ctrl-C at a question is 130', async () => {
  const environment = { ...world.environment, BYWAY_TOKEN: '', TERM: 'dumb' };
  const asked = inTerminal(['login', '--store', 'file'], environment);
  await asked.shows('Token (not shown): ');
  asked.type('\u0003');
  expect(await asked.ended).toBe(130);
  expect(asked.shown()).toContain('Nothing was changed.');
  const silent = inTerminal(['login', '--no-input'], environment);
  expect(await silent.ended).toBe(2);
  expect(silent.shown()).toContain('There is no terminal to ask');
  expect(silent.shown()).not.toContain('not shown');
});

test('--quiet leaves data, warnings and errors', async () => {
  expect(await world.byway(['list', '--quiet'])).toEqual({ code: 0, stdout: '', stderr: '' });
  const made = await world.byway(['token', 'create', '--user', 'mia', '--quiet']);
  expect(made).toMatchObject({ code: 0, stderr: '' });
  expect(made.stdout).not.toBe('');
  const failed = await world.byway(['leave', 'nothing', '--quiet']);
  expect(failed.stderr).toContain('✗ You have no intercept called "nothing"');
});

test('XDG folders: what is kept, and what lives as long as a process', async () => {
  const [configuration, runtime] = [await newFolder(), await newFolder()];
  const folders = {
    BYWAY_CONFIG_DIR: undefined,
    XDG_CONFIG_HOME: configuration,
    XDG_RUNTIME_DIR: runtime,
    HOME: '/nowhere',
  };
  const login = ['login', '--manager', world.url, '--token-stdin', '--store', 'file'];
  expect((await world.byway(login, folders, world.token)).code).toBe(0);
  const kept = join(configuration, 'byway', 'credentials.json');
  expect(await readFile(kept, 'utf8')).toContain(world.token);
  if (process.platform !== 'win32') expect((await stat(kept)).mode & 0o777).toBe(0o600);
  const stored = { ...folders, BYWAY_TOKEN: undefined, BYWAY_MANAGER: undefined };
  expect((await world.byway(['whoami'], stored)).code).toBe(0);
  const port = String(await serveText('mine'));
  await world.byway(['intercept', 'pricing', '--port', port, '--detach'], folders);
  const sessions = await readdir(join(runtime, 'byway', 'sessions'));
  expect(sessions.some((name) => /^ic_\w+\.json$/.test(name))).toBe(true);
  expect((await world.byway(['status'], folders)).stdout).toContain(`localhost:${port}`);
  await world.byway(['leave', '--all'], folders);
});

test('a relative XDG folder counts as none', async () => {
  const home = await newFolder();
  const folders = { BYWAY_CONFIG_DIR: undefined, XDG_CONFIG_HOME: 'relative', HOME: home };
  const login = ['login', '--manager', world.url, '--token-stdin', '--store', 'file'];
  await world.byway(login, folders, world.token);
  expect(await readdir(join(home, '.config', 'byway'))).toContain('credentials.json');
});

/** An app that takes requests and never answers. */
const serveNothing = async () => {
  let asked = 0;
  const server = createServer(() => {
    asked += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, asked: () => asked };
};

inLinux('Ctrl-C drains, a second one ends it now', async () => {
  const app = await serveNothing();
  const terminal = inTerminal(['intercept', 'pricing', '--port', String(app.port), '--plain'], {
    ...world.environment,
    TERM: 'dumb',
  });
  await terminal.shows('ready in');
  const asking = world.ask('/hangs', world.key).catch(() => 'broken');
  await until(() => app.asked() === 1, 'the request');
  terminal.type('\u0003');
  await until(async () => (await world.ask('/next', world.key)) === 'pod GET /next', 'the pod');
  const drained = terminal.ended.then(() => 'ended');
  expect(await Promise.race([drained, Promise.resolve('runs')])).toBe('runs');
  terminal.type('\u0003');
  expect(await terminal.ended).toBe(130);
  await asking;
});

test('Ctrl-C while a manager does not answer ends a command at once', async () => {
  const mute = createTcpServer(() => {});
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  afterwards(() => mute.close());
  const connected = new Promise((resolve) => mute.once('connection', resolve));
  const { port } = mute.address() as AddressInfo;
  const listing = world.startByway(['list'], { BYWAY_MANAGER: `http://127.0.0.1:${port}` });
  await connected;
  listing.child.kill('SIGINT');
  expect(await listing.ended).toBe('SIGINT');
  expect(listing.stdout()).toBe('');
});

test('there is a shell to test with', () => {
  if (process.platform === 'linux') expect(spawnSync('script', ['--version']).status).toBe(0);
});
