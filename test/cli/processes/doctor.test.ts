import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuthority } from '../../support/authority.ts';
import { afterwards, cleanUp, newFolder } from '../folder.ts';
import { documentsOf } from './documented.ts';
import { type Ended, endAll } from './process.ts';
import { serveText, startWorld, unusedPort, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 90_000);
afterAll(async () => {
  await endAll();
  await cleanUp();
});

type Finding = { readonly name: string; readonly verdict: string; readonly detail: string };

const examine = async (more: NodeJS.ProcessEnv = {}, args: readonly string[] = []) => {
  const ended = await world.byway(['doctor', '--json', ...args], more);
  const [document] = documentsOf('doctor', ended.stdout) as readonly {
    readonly ok: boolean;
    readonly checks: readonly Finding[];
  }[];
  const of = (name: string): Finding | undefined =>
    document?.checks.find((check) => check.name === name);
  return { ...ended, ok: document?.ok, of };
};

const verdictsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^(PASS|WARN|FAIL|SKIP) {2}\S/gm)].map(([, verdict = '']) => verdict);

test('a machine in order: nothing fails, 0, in columns that people and programs read', async () => {
  const port = await serveText('mine');
  const session = world.startByway(['intercept', 'pricing', '--port', String(port)]);
  await session.says('ready in');
  const { code, stdout, stderr }: Ended = await world.byway(['doctor']);
  expect({ code, verdicts: new Set(verdictsOf(stdout)) }).toEqual({
    code: 0,
    verdicts: new Set(['PASS', 'SKIP']),
  });
  expect(stdout).toMatch(
    /^PASS {2}manager {8}v\S+ at http:\/\/127\.0\.0\.1:\d+, .* ms, from BYWAY_MANAGER$/m,
  );
  expect(stdout).toMatch(/^PASS {2}credentials {4}owner's token of .* in BYWAY_TOKEN, no end$/m);
  expect(stdout).toMatch(/^PASS {2}clock /m);
  expect(stdout).toMatch(/^PASS {2}tunnel {9}an Upgrade goes through, over tcp$/m);
  expect(stdout).toMatch(/^PASS {2}agents {9}pricing: all agents have the rule$/m);
  expect(stdout).toContain(`something listens on ${port}`);
  expect(stderr).toContain('Nothing of 13 checks failed.');
  expect(stdout + stderr).not.toContain(world.token);
  expect(stdout + stderr).not.toContain(world.key);
  session.child.kill('SIGINT');
  await session.ended;
});

test('nobody listens on the local port: a warning, and still 0', async () => {
  const port = await unusedPort();
  const session = world.startByway(['intercept', 'pricing', '--port', String(port)]);
  await session.says('ready in');
  const { code, ok, of } = await examine();
  expect({ code, ok }).toEqual({ code: 0, ok: true });
  expect(of('local port')).toMatchObject({
    verdict: 'warn',
    detail: expect.stringContaining(`${port}`),
  });
  session.child.kill('SIGKILL');
  await session.ended;
  expect((await examine()).of('sessions')).toMatchObject({
    verdict: 'warn',
    detail: 'killed: pricing; what they left is removed',
  });
  expect((await examine()).of('sessions')?.verdict).toBe('pass');
  await world.byway(['leave', '--all']);
});

test('a token that nobody knows fails, the manager does not', async () => {
  const { code, ok, of, stdout } = await examine({ BYWAY_TOKEN: 'planted-wrong-token' });
  expect({ code, ok }).toEqual({ code: 1, ok: false });
  expect(of('manager')?.verdict).toBe('pass');
  expect(of('credentials')).toMatchObject({
    verdict: 'fail',
    detail: 'The manager does not know your token.',
    advice: expect.stringContaining('byway login'),
  });
  expect(of('tunnel')?.verdict).toBe('skip');
  expect(stdout).not.toContain('planted');
});

test('a token that ends soon is a warning', async () => {
  const created = await world.byway(['token', 'create', '--user', 'mia', '--for', '1h']);
  const { code, of } = await examine({ BYWAY_TOKEN: created.stdout.trim() });
  expect(code).toBe(0);
  expect(of('credentials')).toMatchObject({ verdict: 'warn' });
});

test('a manager that is away fails once, and what needs it is skipped', async () => {
  const { code, of } = await examine({ BYWAY_MANAGER: `http://127.0.0.1:${await unusedPort()}` });
  expect(code).toBe(1);
  expect(of('manager')).toMatchObject({
    verdict: 'fail',
    detail: expect.stringContaining('connection refused'),
  });
  for (const name of ['credentials', 'clock', 'tunnel', 'agents']) {
    expect(of(name)).toMatchObject({ name, verdict: 'skip' });
  }
});

test.skipIf(process.platform === 'win32')('files that others may read or write fail', async () => {
  const folder = await newFolder();
  const secret = join(folder, 'credentials.json');
  await writeFile(secret, '{"tokens":{}}');
  await chmod(secret, 0o644);
  const readable = await examine({ BYWAY_CONFIG_DIR: folder });
  expect(readable.code).toBe(1);
  expect(readable.of('configuration')).toMatchObject({
    verdict: 'fail',
    advice: `chmod 600 ${secret}`,
  });
  await chmod(secret, 0o600);
  expect((await examine({ BYWAY_CONFIG_DIR: folder })).of('configuration')?.verdict).toBe('pass');
  await writeFile(join(folder, 'config.json'), '{"manager":7}', { mode: 0o600 });
  expect((await examine({ BYWAY_CONFIG_DIR: folder })).of('configuration')).toMatchObject({
    verdict: 'fail',
    detail: expect.stringContaining("can't be understood"),
  });
  const open = await newFolder();
  await mkdir(join(open, 'sessions'));
  await chmod(join(open, 'sessions'), 0o777);
  expect((await examine({ BYWAY_CONFIG_DIR: open })).of('sessions')?.verdict).toBe('fail');
});

/** A server that answers everything in one way, instead of a manager. */
const serve = async (headers: Record<string, string>): Promise<string> => {
  const server = createServer((_, response) => {
    response.writeHead(200, headers).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

test('a clock that is wrong is a warning, in the right direction', async () => {
  const behind = await serve({ date: new Date(Date.now() + 600_000).toUTCString() });
  expect((await examine({}, ['--manager', behind])).of('clock')).toMatchObject({
    verdict: 'warn',
    detail: expect.stringMatching(/^(59\d|600)\.\d s behind the manager’s$/),
  });
  const ahead = await serve({ date: new Date(Date.now() - 600_000).toUTCString() });
  expect((await examine({}, ['--manager', ahead])).of('clock')).toMatchObject({
    detail: expect.stringContaining('ahead of'),
  });
});

test('a proxy is named without its password, and a server that hangs ends the check', async () => {
  const mute = createServer(() => {});
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  afterwards(() => {
    mute.closeAllConnections();
    mute.close();
  });
  const { port } = mute.address() as AddressInfo;
  const { of, stdout, stderr } = await examine({
    BYWAY_MANAGER: 'http://byway.example',
    http_proxy: `http://mia:planted-password@127.0.0.1:${port}`,
  });
  expect(of('proxy')).toMatchObject({ verdict: 'pass', detail: `http://127.0.0.1:${port}` });
  expect(of('manager')?.verdict).toBe('fail');
  expect(of('certificate')).toMatchObject({ verdict: 'warn' });
  expect(stdout + stderr).not.toContain('planted');
}, 30_000);

test('without any manager it says how to begin', async () => {
  const nothing = { BYWAY_MANAGER: '', BYWAY_TOKEN: '', BYWAY_CONFIG_DIR: await newFolder() };
  const { code, stdout } = await world.byway(['doctor'], nothing);
  expect(code).toBe(1);
  expect(stdout).toContain('byway playground');
  expect(verdictsOf(stdout)).toHaveLength(13);
});

test('the certificate is named, and one that ends soon is a warning', async () => {
  const authority = createAuthority();
  const folder = await newFolder();
  const ca = join(folder, 'ca.pem');
  await writeFile(ca, authority.ca);
  for (const [days, verdict] of [
    [5, 'warn'],
    [90, 'pass'],
  ] as const) {
    const pair = authority.issue({
      names: ['localhost'],
      notAfter: new Date(Date.now() + days * 24 * 60 * 60 * 1000),
    });
    const server = createSecureServer(pair, (_, response) => void response.end('{}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    afterwards(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const { of } = await examine({}, ['--manager', `https://localhost:${port}`, '--ca', ca]);
    expect(of('certificate')).toMatchObject({
      verdict,
      detail: expect.stringContaining('by Test authority, until '),
    });
    const stranger = await examine({}, ['--manager', `https://localhost:${port}`]);
    expect(stranger.of('certificate')?.verdict).toBe('fail');
  }
});
