import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { afterwards, cleanUp, newFolder } from '../folder.ts';
import { type Ended, endAll, type Running, run, start } from './process.ts';
import { serveText, startWorld, unusedPort, type World } from './world.ts';

let world: World;
let cartPort: number;
const sessions: Running[] = [];
beforeAll(async () => {
  world = await startWorld();
  const agent = start(
    'byway-agent',
    [
      ...['--workload', 'cart', '--listen', '127.0.0.1:0'],
      ...['--upstream', `127.0.0.1:${await serveText('pod')}`, '--manager', world.url],
      ...['--token-file', join(world.data, 'token')],
    ],
    { environment: world.environment },
  );
  await agent.says('"event":"ready"');
  cartPort = Number(JSON.parse(agent.stdout()).listen[0].split(':')[1]);
});
afterEach(async () => {
  for (const session of sessions.splice(0)) {
    session.child.kill('SIGTERM');
    await session.ended;
  }
  await world.byway(['leave', '--all']);
});
afterAll(async () => {
  await endAll();
  await cleanUp();
});

/** A repository whose root holds that file, and a folder in it. */
const repository = async (...lines: readonly string[]): Promise<string> => {
  const root = await newFolder();
  await mkdir(join(root, '.git'));
  await mkdir(join(root, 'src'));
  await writeFile(join(root, 'byway.yaml'), lines.join('\n'));
  return root;
};

const byway = (
  folder: string,
  args: readonly string[],
  more: NodeJS.ProcessEnv = {},
): Promise<Ended> => run('byway', args, { environment: { ...world.environment, ...more }, folder });

const up = (folder: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Running => {
  const session = start('byway', ['up', ...args], {
    environment: { ...world.environment, ...more },
    folder,
  });
  sessions.push(session);
  return session;
};

const askCart = async (path: string, headers: Record<string, string>): Promise<string> =>
  await (await fetch(`http://127.0.0.1:${cartPort}${path}`, { headers })).text();

const listed = async (): Promise<readonly Record<string, unknown>[]> =>
  JSON.parse((await world.byway(['list', '--json'])).stdout).intercepts;

const app = join(import.meta.dirname, 'app.js');

test('several intercepts, one tunnel, names before lines, one Ctrl-C', async () => {
  const root = await repository(
    'intercepts:',
    '  prices:',
    '    service: pricing',
    `    port: ${await serveText('laptop')}`,
    '  cart:',
    '    match:',
    '      http-header: x-tenant=acme',
    '      http-path-prefix: /api',
    `    command: [${process.execPath}, ${app}, app]`,
  );
  const session = up(join(root, 'src'), []);
  await session.says('All 2 are ready. Ctrl-C ends them.');
  expect(session.stderr()).toContain(`${join(root, 'byway.yaml')} starts:\n  cart: `);
  expect(session.stderr()).toMatch(/^prices │ ready in .* your key /m);
  expect(session.stderr()).toMatch(/^cart {3}│ ready in .* header x-tenant = "acme" and path/m);
  expect(session.stdout()).toContain('cart   │ app listens\n');
  expect(await world.ask('/price', world.key)).toBe('laptop GET /price');
  expect(await askCart('/api/x', { 'x-tenant': 'acme' })).toBe('app GET /api/x');
  expect(await askCart('/x', { 'x-tenant': 'acme' })).toBe('pod GET /x');
  await session.says(/^cart {3}│ {3}\d\d:\d\d:\d\d {2}GET {4}\/api\/x /m);
  const status = JSON.parse((await world.byway(['status', '--json'])).stdout);
  expect(new Set(status.intercepts.map((one: never) => one['session']['pid']))).toEqual(
    new Set([session.pid]),
  );
  session.child.kill('SIGINT');
  expect(await session.ended).toBe(130);
  expect(session.stderr()).toMatch(/^prices │ pricing serves its own traffic again\.$/m);
  expect(await listed()).toEqual([]);
});

test('only those that are named, and --json says which line is whose', async () => {
  const port = await serveText('laptop');
  const root = await repository(
    ...['intercepts:', '  pricing:', `    port: ${port}`, '  cart:', `    port: ${port}`],
  );
  const session = up(root, ['cart', '--json']);
  await session.says('"event":"ready"');
  expect(JSON.parse(session.stdout().split('\n')[0] ?? '')).toMatchObject({
    name: 'cart',
    event: 'ready',
    intercept: 'cart',
    port,
  });
  expect(await listed()).toHaveLength(1);
  expect((await byway(root, ['up', 'crt'])).stderr).toContain('Did you mean cart?   byway up cart');
});

test('one that can’t begin takes the others with it, with its own code', async () => {
  const port = await serveText('laptop');
  const root = await repository(
    ...['intercepts:', '  pricing:', `    port: ${port}`],
    ...['  other:', '    service: nothing-there', `    port: ${port}`],
  );
  const ended = await byway(root, ['up']);
  expect(ended.code).toBe(3);
  expect(ended.stderr).toContain('other   │ ✗ No service is called "nothing-there" here.');
  expect(await listed()).toEqual([]);
});

test('in the background, and down again', async () => {
  const port = await serveText('laptop');
  const root = await repository(
    ...['intercepts:', '  pricing:', `    port: ${port}`, '  cart:', `    port: ${port}`],
  );
  expect((await byway(root, ['up', '--detach'])).code).toBe(0);
  expect(await world.ask('/', world.key)).toBe('laptop GET /');
  expect(await askCart('/', { 'x-byway-id': world.key })).toBe('laptop GET /');
  const partly = await byway(root, ['down', 'cart', '--json']);
  expect(JSON.parse(partly.stdout).left).toMatchObject([{ name: 'cart' }]);
  expect(await listed()).toMatchObject([{ name: 'pricing' }]);
  expect((await byway(root, ['down'])).code).toBe(0);
  expect(await listed()).toEqual([]);
  const nothing = await byway(root, ['down']);
  expect(nothing).toMatchObject({ code: 0, stdout: '' });
  expect(nothing.stderr).toContain('runs on this machine.');
});

test('--ci: one key for all of the run', async () => {
  const port = await serveText('laptop');
  const root = await repository(
    ...['intercepts:', '  pricing:', `    port: ${port}`, '  cart:', `    port: ${port}`],
  );
  const session = up(root, ['--ci']);
  await session.says(/cart {4}│ byway: cart: ready in/);
  await session.says(/pricing │ byway: pricing: ready in/);
  const [first, second] = await listed();
  expect(first?.['run']).toBe(second?.['run']);
  const { stdout } = await byway(root, ['curl', '--ci', '-s', `http://127.0.0.1:${cartPort}/`]);
  expect(stdout).toBe('laptop GET /');
  expect(await askCart('/', { 'x-byway-id': world.key })).toBe('pod GET /');
  session.child.kill('SIGTERM');
  expect(await session.ended).toBe(143);
  const dead = await repository('intercepts:', '  pricing:', `    port: ${await unusedPort()}`);
  expect((await byway(dead, ['up', '--ci'])).code).toBe(7);
});

test('commands run in the file’s folder, without the user’s token', async () => {
  const script =
    'require("node:fs").writeFileSync("seen", String(process.env.BYWAY_TOKEN)); process.exit(5)';
  const root = await repository(
    ...['intercepts:', '  pricing:', `    command: [${process.execPath}, -e, '${script}']`],
  );
  const ended = await byway(join(root, 'src'), ['up']);
  expect(ended.code).toBe(5);
  expect(await readFile(join(root, 'seen'), 'utf8')).toBe('undefined');
});

test.each([['list'], ['status'], ['whoami'], ['down'], ['curl', 'http://127.0.0.1:1/']])(
  'byway %s starts nothing that the file names',
  async (...args) => {
    const root = await repository(
      'intercepts:',
      '  pricing:',
      `    command: [${process.execPath}, -e, 'require("node:fs").writeFileSync("seen", "")']`,
    );
    await byway(root, args);
    await expect(readFile(join(root, 'seen'))).rejects.toThrow('ENOENT');
  },
);

/** A manager of somebody else, who wants to know the token. */
const listener = async (): Promise<{ readonly url: string; readonly heard: string[] }> => {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    heard.push(`${request.url} ${request.headers.authorization}`);
    response.writeHead(401).end();
  });
  server.on('upgrade', (request, socket) => {
    heard.push(`${request.url} ${request.headers.authorization}`);
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, heard };
};

test('a manager that only the file names never gets a token', async () => {
  const { url, heard } = await listener();
  const root = await repository(`manager: ${url}`, 'intercepts:', '  pricing:', '    port: 3000');
  const environments: NodeJS.ProcessEnv[] = [
    { BYWAY_MANAGER: undefined },
    { BYWAY_MANAGER: undefined, BYWAY_TOKEN: undefined },
  ];
  for (const environment of environments) {
    for (const args of [
      ['list'],
      ['up'],
      ['whoami'],
      ['curl', url],
      ['intercept', 'a', '--port', '1'],
    ]) {
      const ended = await byway(root, args, environment);
      expect(ended.code, args.join(' ')).toBe(4);
      expect(ended.stderr).toContain('where you have not logged in, so nothing was sent to it.');
    }
  }
  const login = await run('byway', ['login', '--token-stdin', '--store', 'file'], {
    environment: { ...world.environment, BYWAY_MANAGER: undefined },
    folder: root,
    input: world.token,
  });
  expect(login.code).toBe(2);
  expect(login.stderr).toContain('Which manager?');
  expect(heard).toEqual([]);
});

test('a manager that the file names is asked once the user has logged in there', async () => {
  const { url, heard } = await listener();
  const root = await repository(`manager: ${world.url}`);
  const folder = await newFolder();
  const own = { BYWAY_CONFIG_DIR: folder, BYWAY_MANAGER: undefined, BYWAY_TOKEN: undefined };
  const login = await run(
    'byway',
    ['login', '--manager', world.url, '--token-stdin', '--store', 'file'],
    { environment: { ...world.environment, ...own }, input: world.token },
  );
  expect(login.code).toBe(0);
  // Another login since then: only the token that is kept for exactly this manager counts.
  await writeFile(join(folder, 'config.json'), JSON.stringify({ manager: url }));
  expect((await byway(root, ['whoami', '--json'], own)).code).toBe(0);
  const flag = await byway(root, ['whoami'], { ...own, BYWAY_MANAGER: url });
  expect(flag.code).toBe(4);
  expect(heard).toEqual([]);
});

test.each([
  [['intercepts:', '  pricing:', '    port: 99999999'], ':3:11: port takes LOCAL', 2],
  [['intercepts:', '  pricing:', '    port: 1', '    for: 2y'], ':4:10: for takes a time', 2],
  [['intercepts:', '  pricing: {}'], ':2:12: On which port', 2],
  [['intercepts:', '  pricing:', '    port: 1', '    match: header('], ':4:12: match: ', 2],
  [
    ['intercepts:', '  pricing:', '    port: 1', '    match:', '      http-path-equal: x'],
    ':5:24: http-path-equal takes',
    2,
  ],
  [
    ['intercepts:', '  pricing:', '    command: npm run dev && x'],
    ':3:14: A command is started without a shell',
    2,
  ],
  [['intercepts: {}'], 'names no intercept', 2],
  [
    ['namespace: other', 'intercepts:', '  pricing:', '    port: 1'],
    'no service in the namespace other',
    3,
  ],
])('%j is refused', async (lines, message, code) => {
  const ended = await byway(await repository(...lines), ['up']);
  expect(ended.code).toBe(code);
  expect(ended.stderr).toContain(message);
});

test('without a file it is 3; a broken one is an error of every command that needs it', async () => {
  const folder = await newFolder();
  expect((await byway(folder, ['up'])).code).toBe(3);
  const root = await repository('manager: [');
  const broken = await byway(root, ['list'], { BYWAY_MANAGER: undefined });
  expect(broken.code).toBe(2);
  expect(broken.stderr).toMatch(/byway\.yaml:1:\d+: /);
  expect((await byway(root, ['list'])).code).toBe(0);
});

test('a killed byway up is survived by nothing that takes requests', async () => {
  const root = await repository(
    'intercepts:',
    '  pricing:',
    `    port: ${await serveText('laptop')}`,
  );
  const session = up(root, []);
  await session.says('ready in');
  session.child.kill('SIGKILL');
  await session.ended;
  expect(await world.ask('/', world.key)).toBe('pod GET /');
  await until(async () => (await listed())[0]?.['state'] === 'disconnected', 'the loss');
});
