import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';
import {
  call,
  cleanUp,
  cleanUps,
  create,
  newFolder,
  newToken,
  startAgent,
  startLaptop,
  type World,
  wanted,
} from './world.ts';

afterEach(cleanUp);

const bin = new URL('../../bin/byway-manager.js', import.meta.url).pathname;

type Running = ReturnType<typeof launch> & { readonly world: World };

const launch = (...args: readonly string[]) => {
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  cleanUps.push(() => child.kill('SIGKILL'));
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  return { child, log: () => log };
};

const start = async (data: string): Promise<Running> => {
  const { child, log } = launch('--listen', '127.0.0.1:0', '--data', data);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const ready = JSON.parse(line);
  expect(ready).toEqual({
    event: 'ready',
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
  });
  const ownerToken = (await readFile(join(data, 'token'), 'utf8')).trim();
  const manager = { url: ready.url, stop: async () => {} };
  return { child, log, world: { url: ready.url, data, ownerToken, manager } };
};

const end = async ({ child, log }: ReturnType<typeof launch>) => {
  const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
  return { code, log: log() };
};

test('what was answered is there after kill -9, and intercepts wait for their laptop', async () => {
  const data = await newFolder();
  const first = await start(data);
  await startAgent(first.world, 'pricing');
  const { session } = await startLaptop(first.world);
  const created = await create(first.world, wanted(session));
  expect(created).toMatchObject({ status: 201, body: { state: 'active' } });
  const token = await newToken(first.world, { role: 'user', user: 'mia' });
  const rotated = await call(first.world, 'POST', '/v1/me/rotate-key');
  first.child.kill('SIGKILL');
  await end(first);

  const { world } = await start(data);
  expect(world.ownerToken).toBe(first.world.ownerToken);
  const { body } = await call(world, 'GET', '/v1/intercepts');
  expect(body['items']).toMatchObject([
    { id: created.body['id'], state: 'disconnected', expiresAt: expect.any(String) },
  ]);
  expect(await call(world, 'GET', '/v1/me', { token: token.token })).toMatchObject({
    body: { user: 'mia' },
  });
  expect((await call(world, 'GET', '/v1/me')).body['key']).toBe(rotated.body['key']);
  await startLaptop(world, { session });
  const path = `/v1/intercepts/${created.body['id']}`;
  expect((await call(world, 'GET', path)).body).toMatchObject({ state: 'active', expiresAt: null });
});

test('a signal stops it in good order and frees the folder', async () => {
  const data = await newFolder();
  const running = await start(data);
  const { end: tunnel } = await startLaptop(running.world);
  running.child.kill('SIGTERM');
  expect(await end(running)).toMatchObject({ code: 0 });
  await tunnel.closed;
  await start(data);
});

test('a second manager on the same folder is refused', async () => {
  const data = await newFolder();
  await start(data);
  const second = await end(launch('--listen', '127.0.0.1:0', '--data', data));
  expect(second).toMatchObject({ code: 1, log: expect.stringContaining('Another manager') });
});

test('a port in use is refused with a hint', async () => {
  const { world } = await start(await newFolder());
  const second = await end(
    launch('--listen', new URL(world.url).host, '--data', await newFolder()),
  );
  expect(second).toMatchObject({ code: 1, log: expect.stringContaining('is in use') });
});

test('secrets are files for the owner only, and are in no log', async () => {
  const data = await newFolder();
  const { world, log } = await start(data);
  const made = await newToken(world, { role: 'ci', workload: 'pricing' });
  const me = await call(world, 'GET', '/v1/me');
  await call(world, 'GET', '/v1/me', { token: `${made.token}x` });
  for (const secret of [world.ownerToken, made.token, String(me.body['key'])]) {
    expect(log()).not.toContain(secret.split('.').at(-1));
    expect(await readFile(join(data, 'journal.jsonl'), 'utf8')).not.toContain(
      secret.split('.').at(-1),
    );
  }
  if (process.platform === 'win32') return;
  for (const file of ['token', 'secret', 'journal.jsonl']) {
    expect((await stat(join(data, file))).mode & 0o777, file).toBe(0o600);
  }
});

test.each([
  [['--listen', '0.0.0.0:0'], 2, '--insecure-listen-without-tls'],
  [['--listen', 'nonsense'], 2, 'HOST:PORT'],
  [['--nonsense'], 2, '--help'],
  [['extra'], 2, '--help'],
])('%s exits %i and says %s', async (args, code, text) => {
  const refused = await end(launch(...args));
  expect(refused).toMatchObject({ code, log: expect.stringContaining(text) });
});

test('--help and --version print and exit 0', async () => {
  for (const [flag, text] of [
    ['--help', 'Usage: byway-manager'],
    ['--version', '.'],
  ] as const) {
    const { child } = launch(flag);
    const [chunk] = await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
    expect(String(chunk)).toContain(text);
    expect(await end({ child, log: () => '' })).toMatchObject({ code: 0 });
  }
});
