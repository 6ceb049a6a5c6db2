import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { askToAdd } from '../../../src/cli/control/client.ts';
import { isAlive } from '../../../src/cli/living-process.ts';
import type { InterceptPlan } from '../../../src/cli/session/plan.ts';
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
  // Its process may have a moment to live.
  await until(async () => (await readdir(folder)).length === before.length, 'the end');
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
  const status = await world.byway(['status']);
  expect(status.stdout).not.toContain('localhost:');
  expect(status.stderr).toContain(`▲ The session of pricing (process ${session.pid}) was killed.`);
  expect(status.stderr).toContain(`its log: ${session.log}`);
  expect(await readdir(folder)).toEqual([basename(session.log)]);
  expect((await world.byway(['status'])).stderr).not.toContain('was killed');
  await rm(session.log);
});

test.each([
  ['list', ['list'], ''],
  ['list when the manager knows it no more', ['list', '--json'], 'forgotten'],
  ['leave', ['leave', 'pricing'], ''],
  ['leave without a manager', ['leave', '--all', '--manager', 'http://127.0.0.1:1'], ''],
  ['another --detach', ['intercept', 'pricing', '--detach', '--port', '1'], ''],
])('%s tells of a killed one, once, and cleans up after it', async (_, command, forgotten) => {
  const session = await detach(['--port', String(await serveText('laptop')), ...tenant('k')]);
  process.kill(session.pid, 'SIGKILL');
  await until(() => !isAlive(session.pid), 'the end of the session');
  if (forgotten !== '') await forget(session.id);
  const told = `The session of pricing (process ${session.pid}) was killed.`;
  expect((await world.byway(command)).stderr).toContain(told);
  expect(await readdir(folder)).not.toContain(`${session.id}.json`);
  expect((await world.byway(['status'])).stderr).not.toContain(told);
  await world.byway(['leave', '--all']);
  await until(async () => (await readdir(folder)).length === 1, 'the end of all others');
  expect(await readdir(folder)).toEqual([basename(session.log)]);
  await rm(session.log);
});

/** Takes an intercept away at the manager, as its end would. */
const forget = async (id: string): Promise<void> => {
  const headers = { authorization: `Bearer ${world.token}` };
  await fetch(`${world.url}/v1/intercepts/${id}`, { method: 'DELETE', headers });
};

test('a process that has the number of a killed session is not taken for it', async () => {
  const other = process.pid;
  const file = {
    id: `ic_${'a'.repeat(26)}`,
    name: 'pricing',
    manager: world.url,
    port: 1,
    pid: other,
    log: null,
  };
  const path = join(folder, `${file.id}.json`);
  await writeFile(path, JSON.stringify({ ...file, startedAt: '1', socket: null }));
  expect((await world.byway(['status'])).stderr).toContain(`(process ${other}) was killed`);
  expect(await readdir(folder)).toEqual([]);
  // Where the system does not say when a process began, nobody listens on the socket.
  const socket = join(folder, 'se_gone.sock');
  await writeFile(path, JSON.stringify({ ...file, startedAt: null, socket }));
  expect((await world.byway(['status'])).stderr).toContain(`(process ${other}) was killed`);
  expect(await readdir(folder)).toEqual([]);
});

const tenant = (name: string): readonly string[] => ['--http-header', `x-tenant=${name}`];

const askAs = async (name: string): Promise<string> => {
  const headers = { 'x-tenant': name };
  return await (await fetch(`http://127.0.0.1:${world.agentPort}/t`, { headers })).text();
};

test('intercepts in the background share one process, and the last one out ends it', async () => {
  const port = String(await serveText('laptop'));
  const first = await detach(['--port', port, ...tenant('a')]);
  const second = await detach(['--port', port, ...tenant('b')]);
  expect(second).toMatchObject({ pid: first.pid, log: first.log });
  expect(second.stderr).toContain(`with your others, in process ${first.pid}`);
  expect([await askAs('a'), await askAs('b'), await askAs('c')]).toEqual([
    'laptop GET /t',
    'laptop GET /t',
    'pod GET /t',
  ]);
  const { intercepts } = JSON.parse((await world.byway(['status', '--json'])).stdout);
  expect(intercepts).toHaveLength(2);
  for (const { session } of intercepts) {
    expect(session).toMatchObject({
      pid: first.pid,
      answers: true,
      background: true,
      log: first.log,
      tunnel: { state: 'connected', latencyMs: expect.any(Number) },
      legsMs: {
        agent: expect.any(Number),
        manager: expect.any(Number),
        laptop: expect.any(Number),
      },
      requests: 1,
    });
  }
  await world.byway(['leave', first.id]);
  expect([await askAs('a'), await askAs('b')]).toEqual(['pod GET /t', 'laptop GET /t']);
  expect(isAlive(first.pid)).toBe(true);
  await world.byway(['leave', second.id]);
  await until(() => !isAlive(first.pid), 'the end of the session');
  expect(await readdir(folder)).toEqual([]);
});

test('several that are detached at the same moment share one process', async () => {
  const port = String(await serveText('laptop'));
  const names = ['a', 'b', 'c', 'd'];
  const all = await Promise.all(names.map((name) => detach(['--port', port, ...tenant(name)])));
  expect(new Set(all.map(({ pid }) => pid)).size).toBe(1);
  expect(await Promise.all(names.map(askAs))).toEqual(names.map(() => 'laptop GET /t'));
  expect((await readdir(folder)).filter((name) => name.includes('.lock'))).toEqual([]);
});

test('what is refused to one of them changes nothing for the others', async () => {
  const port = String(await serveText('laptop'));
  const first = await detach(['--port', port, ...tenant('a')]);
  const again = ['intercept', 'pricing', '--detach', '--port', port, ...tenant('a')];
  expect(await world.byway(again)).toMatchObject({
    code: 5,
    stderr: expect.stringContaining(`in the same way already, on localhost:${port}`),
  });
  const unknown = await world.byway(['intercept', 'pricng', '--detach', '--port', port]);
  expect(unknown).toMatchObject({ code: 3, stderr: expect.stringContaining('Did you mean') });
  expect(await askAs('a')).toBe('laptop GET /t');
  expect(isAlive(first.pid)).toBe(true);
});

test('another token gets a session of its own', async () => {
  const port = String(await serveText('laptop'));
  const first = await detach(['--port', port, ...tenant('a')]);
  const made = await world.byway(['token', 'create', '--user', 'mia', '--json']);
  const { token } = JSON.parse(made.stdout);
  const args = ['intercept', 'pricing', '--detach', '--json', '--port', port, ...tenant('m')];
  const hers = JSON.parse((await world.byway(args, { BYWAY_TOKEN: token })).stdout);
  pids.push(hers.pid);
  expect(hers.pid).not.toBe(first.pid);
  await world.byway(['leave', '--all'], { BYWAY_TOKEN: token });
});

test('a session takes in nothing with another token, and no program', async () => {
  const port = await serveText('laptop');
  await detach(['--port', String(port), ...tenant('a')]);
  const name = (await readdir(folder)).find((file) => file.endsWith('.sock')) ?? '';
  const socket = join(folder, name);
  const plan: InterceptPlan = {
    name: 'pricing',
    localPort: port,
    remotePort: undefined,
    match: { all: [{ header: 'x-tenant', equals: 'b' }] },
    forSeconds: undefined,
    guards: undefined,
    command: [],
  };
  const { token } = world;
  await expect(askToAdd(socket, { plan, token: `${token}x` })).rejects.toThrow('another token');
  const program = { ...plan, command: ['true'] };
  await expect(askToAdd(socket, { plan: program, token })).rejects.toThrow('a session of its own');
  expect(JSON.parse((await world.byway(['list', '--json'])).stdout).intercepts).toHaveLength(1);
  expect(await askToAdd(socket, { plan, token })).toMatchObject({ type: 'ready', port });
});

test('events of all its intercepts come over the socket, and no key or token with them', async () => {
  await detach(['--port', String(await serveText('laptop'))]);
  const name = (await readdir(folder)).find((file) => file.endsWith('.sock')) ?? '';
  const socket = connect(join(folder, name), () =>
    socket.write('GET /events HTTP/1.1\r\nHost: byway\r\nx-byway-control: 1\r\n\r\n'),
  );
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => {});
  try {
    await until(() => text.includes('200 OK'), 'the answer');
    await world.ask(`/${world.key}`, world.key);
    await until(() => text.includes('"event":"request"'), 'the request');
    await world.byway(['pause', 'pricing']);
    await until(() => text.includes('"event":"paused"'), 'the pause');
    expect(text).toMatch(/"path":"\/\[redacted:BYWAY_KEY\]".*"intercept":"pricing"/);
    expect(text).not.toContain(world.key);
    expect(text).not.toContain(world.token);
  } finally {
    socket.destroy();
  }
});

test('SIGTERM ends all of them in order', async () => {
  const port = String(await serveText('laptop'));
  const { pid, log } = await detach(['--port', port, ...tenant('a')]);
  await detach(['--port', port, ...tenant('b')]);
  process.kill(pid, 'SIGTERM');
  await until(() => !isAlive(pid), 'the end of the session');
  expect(JSON.parse((await world.byway(['list', '--json'])).stdout).intercepts).toEqual([]);
  expect(await readdir(folder)).toEqual([basename(log)]);
  await rm(log);
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

test('one that was killed while it started one leaves nothing that others wait for', async () => {
  const port = String(await serveText('laptop'));
  const command = world.startByway(['intercept', 'pricing', '--detach', '--port', port]);
  const hasLock = async (): Promise<boolean> =>
    (await readdir(folder)).some((name) => name.endsWith('.lock'));
  await until(hasLock, 'the lock');
  command.child.kill('SIGSTOP');
  expect(await hasLock()).toBe(true);
  command.child.kill('SIGKILL');
  await command.ended;
  await detach(['--port', port, ...tenant('a')]);
  expect(await hasLock()).toBe(false);
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
