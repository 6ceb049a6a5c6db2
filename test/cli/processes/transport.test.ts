import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { isAlive } from '../../../src/cli/living-process.ts';
import { type Authority, createAuthority } from '../../support/authority.ts';
import { startIntermediary } from '../../support/intermediary.ts';
import { startProxy } from '../../support/proxy.ts';
import { until } from '../../support/until.ts';
import { afterwards, cleanUp, newFolder } from '../folder.ts';
import { endAll, type Running, run, start } from './process.ts';
import { serveText } from './world.ts';

afterEach(async () => {
  await endAll();
  await cleanUp();
});

type Secure = {
  readonly url: string;
  readonly port: number;
  readonly manager: Running;
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly agentPort: number;
};

const certify = async (folder: string, authority: Authority, names: readonly string[]) => {
  const { cert, key } = authority.issue({ names });
  await writeFile(join(folder, 'key.pem'), key);
  await writeFile(join(folder, 'cert.pem'), cert);
};

/** Manager in TLS, agent and service as real processes; the user is logged in by variables. */
const startSecure = async (authority: Authority): Promise<Secure> => {
  const folder = await newFolder();
  await writeFile(join(folder, 'ca.pem'), authority.ca);
  await certify(folder, authority, ['127.0.0.1', 'manager.test']);
  const { PATH, HOME, SystemRoot } = process.env;
  const bare = { PATH, HOME, SystemRoot, BYWAY_CONFIG_DIR: join(folder, 'configuration') };
  const data = join(folder, 'data');
  const manager = start(
    'byway-manager',
    // biome-ignore format: pairs
    ['--listen', '127.0.0.1:0', '--data', data, '--metrics', '127.0.0.1:0',
      '--tls-cert', join(folder, 'cert.pem'), '--tls-key', join(folder, 'key.pem')],
    { environment: bare },
  );
  await manager.says('"event":"ready"');
  const { url } = JSON.parse(manager.stdout());
  expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  const token = (await readFile(join(data, 'token'), 'utf8')).trim();
  const agent = start(
    'byway-agent',
    // biome-ignore format: pairs
    ['--workload', 'pricing', '--listen', '127.0.0.1:0', '--manager', url,
      '--upstream', `127.0.0.1:${await serveText('pod')}`,
      '--token-file', join(data, 'token'), '--ca', join(folder, 'ca.pem')],
    { environment: bare },
  );
  await agent.says('"event":"ready"');
  const agentPort = Number(JSON.parse(agent.stdout()).listen[0].split(':')[1]);
  const environment = { ...bare, BYWAY_MANAGER: url, BYWAY_TOKEN: token };
  return { url, port: Number(new URL(url).port), manager, folder, environment, agentPort };
};

const keyOf = async ({ port, environment, folder }: Secure): Promise<string> => {
  const request = get(`https://127.0.0.1:${port}/v1/me`, {
    agent: false,
    ca: await readFile(join(folder, 'ca.pem')),
    headers: { authorization: `Bearer ${environment['BYWAY_TOKEN']}` },
  });
  const [answered] = await once(request, 'response');
  let text = '';
  for await (const chunk of answered) text += chunk;
  return JSON.parse(text).key;
};

const answer = async (port: number, key: string): Promise<string> =>
  await (
    await fetch(`http://127.0.0.1:${port}/a`, { headers: key === '' ? {} : { 'x-byway-id': key } })
  ).text();

const metricsOf = async (manager: Running): Promise<string> => {
  const { metrics } = JSON.parse(manager.stdout().split('\n')[0] ?? '');
  return await (await fetch(`http://${metrics}/metrics`)).text();
};

test('an intercept in TLS, with --ca and with BYWAY_CA; status and metrics show the transport', async () => {
  const secure = await startSecure(createAuthority());
  const { environment, folder, manager, agentPort, url } = secure;
  const ca = join(folder, 'ca.pem');
  const app = await serveText('laptop');
  const flagged = ['intercept', 'pricing', '--port', String(app), '--ca', ca];
  const session = start('byway', flagged, { environment });
  await session.says('ready in');
  const trusting = { ...environment, BYWAY_CA: ca };
  const status = await run('byway', ['status', '--json'], { environment: trusting });
  expect(JSON.parse(status.stdout).intercepts).toMatchObject([{ transport: 'tls' }]);
  const { stdout } = await run('byway', ['status', '--ca', ca], { environment });
  expect(stdout).toContain('  over    tls\n');
  expect(await answer(agentPort, await keyOf(secure))).toBe('laptop GET /a');
  const metrics = await metricsOf(manager);
  expect(metrics).toContain('byway_manager_tunnels{role="laptop",transport="tls"} 1\n');
  expect(metrics).toContain('byway_manager_tunnels{role="agent",transport="tls"} 1\n');
  expect(metrics).toContain('byway_manager_streams_total{outcome="joined"} 1\n');
  expect(metrics).toContain('byway_manager_intercepts{state="active"} 1\n');
  expect(metrics).toMatch(/byway_manager_tunnel_bytes_total\{role="laptop",direction="in"\} [1-9]/);
  expect(metrics).toMatch(/process_resident_memory_bytes [1-9]/);
  expect(metrics).not.toMatch(/ada|pricing|127\.0\.0\.1/);

  const distrusting = await run('byway', ['status'], { environment });
  expect(distrusting).toMatchObject({ code: 6 });
  expect(distrusting.stderr).toContain(`${new URL(url).host} is signed by nobody`);
  expect(distrusting.stderr).toContain('--ca FILE');
  const wrong = { ...environment, BYWAY_CA: join(folder, 'key.pem') };
  const refused = await run('byway', ['status'], { environment: wrong });
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.stderr).toContain('holds no certificates');
  expect(refused.stderr).not.toContain((await readFile(wrong.BYWAY_CA, 'utf8')).slice(40, 80));
});

test('in the background and through a proxy with a password, which nothing ever shows', async () => {
  const secure = await startSecure(createAuthority());
  const { environment, folder, port, agentPort } = secure;
  const proxy = await startProxy({
    ports: { [`manager.test:${port}`]: port },
    credentials: 'lovelace:hunter2',
  });
  afterwards(proxy.stop);
  const far = {
    ...environment,
    BYWAY_MANAGER: `https://manager.test:${port}`,
    BYWAY_CA: join(folder, 'ca.pem'),
    XDG_RUNTIME_DIR: folder,
  };
  const through = { ...far, HTTPS_PROXY: proxy.url.href.replace('://', '://lovelace:hunter2@') };
  const app = await serveText('laptop');
  // biome-ignore format: pairs
  const started = await run('byway', ['intercept', 'pricing', '--port', String(app), '--detach', '--json'],
    { environment: through });
  expect(started).toMatchObject({ code: 0 });
  const { log, pid } = JSON.parse(started.stdout);
  // Whatever fails below: nothing stays behind.
  afterwards(() => {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  });
  expect(await answer(agentPort, await keyOf(secure))).toBe('laptop GET /a');
  expect(new Set(proxy.asked)).toEqual(new Set([`manager.test:${port}`]));
  const wrong = { ...through, HTTPS_PROXY: through.HTTPS_PROXY.replace('hunter2', 'hunter3') };
  const refused = await run('byway', ['status'], { environment: wrong });
  expect(refused).toMatchObject({ code: 6 });
  expect(refused.stderr).toContain('does not accept the user and password');
  const left = await run('byway', ['leave', 'pricing'], { environment: through });
  expect(left).toMatchObject({ code: 0 });
  const kept = await readFile(log, 'utf8').catch(() => '');
  const shown = [started, refused, left].map(({ stdout, stderr }) => stdout + stderr).join('');
  expect(shown + kept).not.toMatch(/lovelace|hunter/);
});

test('a WebSocket is taken where only that passes, and status says so', async () => {
  const authority = createAuthority();
  const { environment, folder } = await startSecure(authority);
  const data = join(folder, 'plain');
  const manager = start('byway-manager', ['--listen', '127.0.0.1:0', '--data', data], {
    environment,
  });
  await manager.says('"event":"ready"');
  const { url } = JSON.parse(manager.stdout());
  const between = await startIntermediary(new URL(url), 400);
  afterwards(between.stop);
  const token = (await readFile(join(data, 'token'), 'utf8')).trim();
  const direct = { ...environment, BYWAY_MANAGER: url, BYWAY_TOKEN: token };
  const agent = start(
    'byway-agent',
    // biome-ignore format: pairs
    ['--workload', 'pricing', '--listen', '127.0.0.1:0', '--upstream', '127.0.0.1:1',
      '--manager', url, '--token-file', join(data, 'token')],
    { environment },
  );
  await agent.says('"event":"ready"');
  const app = await serveText('laptop');
  const far = { ...direct, BYWAY_MANAGER: between.url.origin };
  await until(async () => {
    const { stdout } = await run('byway', ['list', '--all', '--json'], { environment: direct });
    return stdout !== '';
  });
  const session = start('byway', ['intercept', 'pricing', '--port', String(app)], {
    environment: far,
  });
  await session.says('ready in');
  const { stdout } = await run('byway', ['status'], { environment: direct });
  expect(stdout).toContain('  over    websocket\n');
});

test('a renewed certificate is taken without a restart, and a broken one is not', async () => {
  const authority = createAuthority();
  const { manager, folder, port } = await startSecure(authority);
  const namesNow = (): Promise<string> =>
    new Promise((resolve) => {
      const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().subjectaltname ?? '');
        socket.destroy();
      });
      socket.on('error', () => resolve(''));
    });
  expect(await namesNow()).toContain('manager.test');
  await certify(folder, authority, ['renewed.test']);
  await manager.says('certificate renewed');
  expect(await namesNow()).toBe('DNS:renewed.test');
  await writeFile(join(folder, 'key.pem'), 'half of a k');
  await manager.says('the old certificate stays');
  expect(await namesNow()).toBe('DNS:renewed.test');
  expect(manager.stderr()).not.toContain('half of a k');
}, 40_000);

test.each([
  [['--tls-cert', 'a'], 'go together'],
  [['--tls-cert', 'nowhere', '--tls-key', 'nowhere'], "can't be used"],
])('the manager refuses %s', async (flags, text) => {
  const folder = await newFolder();
  const args = ['--listen', '127.0.0.1:0', '--data', folder, ...flags];
  const refused = await run('byway-manager', args, { environment: process.env });
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining(text) });
});

test.each([
  [0, 'laptop', /^Update byway {3}npm install -g byway@\d/],
  [7, 'manager', /^Ask for the manager to be updated.* npm install -g byway@\d/],
])(
  'a laptop that speaks version %i only is told which side is older',
  async (version, older, hint) => {
    const { environment, port } = await startSecure(createAuthority());
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.write(
      `POST /v1/tunnels HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${environment['BYWAY_TOKEN']}\r\nUser-Agent: byway/0.0.1\r\nConnection: Upgrade\r\nUpgrade: byway-tunnel/${version}\r\nX-Byway-Role: laptop\r\n\r\n`,
    );
    await until(() => text.endsWith('}'));
    socket.destroy();
    expect(text).toMatch(/^HTTP\/1\.1 426 /);
    const problem = JSON.parse(text.slice(text.indexOf('{')));
    expect(problem).toMatchObject({ code: 'version_unsupported', version: expect.any(String) });
    expect(problem.detail).toContain(
      `speaks byway-tunnel/${version} (it is 0.0.1); this manager, `,
    );
    expect(problem.detail).toContain(`speaks byway-tunnel/1. The ${older} is the older one.`);
    expect(problem.hint).toMatch(hint);
  },
);

/** A manager of another age: it knows the API, and of tunnels only a version that we don't. */
const otherAge = async (answerUpgrade: string): Promise<{ url: string; upgrades: string[] }> => {
  const upgrades: string[] = [];
  const me = { user: 'ada', role: 'owner', key: 'k', workload: null, tokenExpiresAt: null };
  const server: Server = createServer((_, response) => response.end(JSON.stringify(me)));
  server.on('upgrade', ({ headers }, socket) => {
    upgrades.push(headers.upgrade ?? '');
    socket.end(answerUpgrade);
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  afterwards(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, upgrades };
};

test('a laptop says in words that the manager is of another age, and what to type', async () => {
  const problem = JSON.stringify({
    type: 'urn:byway:problem:version_unsupported',
    code: 'version_unsupported',
    title: 'The versions do not fit',
    status: 426,
    detail:
      'The laptop speaks byway-tunnel/1 (it is 0.1.0); this manager, 9.0.0, speaks byway-tunnel/9. The laptop is the older one.',
    hint: 'Update byway   npm install -g byway@9.0.0',
    version: '9.0.0',
  });
  const { url, upgrades } = await otherAge(
    `HTTP/1.1 426 Upgrade Required\r\nUpgrade: byway-tunnel/9\r\nContent-Type: application/problem+json\r\nContent-Length: ${problem.length}\r\n\r\n${problem}`,
  );
  const folder = await newFolder();
  const environment = {
    ...process.env,
    BYWAY_CONFIG_DIR: folder,
    BYWAY_MANAGER: url,
    BYWAY_TOKEN: 'x',
  };
  const ended = await run('byway', ['intercept', 'pricing', '--port', '1'], { environment });
  expect(ended).toMatchObject({ code: 1 });
  expect(ended.stderr).toContain(
    'this manager, 9.0.0, speaks byway-tunnel/9. The laptop is the older one.',
  );
  expect(ended.stderr).toContain('npm install -g byway@9.0.0');
  expect(upgrades).toEqual(['byway-tunnel/1']);
});
