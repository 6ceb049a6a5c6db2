import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { AgentEnd } from '../../src/tunnel/agent-end.ts';
import { transportOf } from '../../src/tunnel/carrier.ts';
import { TransportMemory } from '../../src/tunnel/transport-memory.ts';
import { type Fate, startIntermediary } from '../support/intermediary.ts';
import { until } from '../support/until.ts';
import { bytesOf } from '../tunnel/accepting.ts';
import { duplexOf } from '../tunnel/duplex-of.ts';
import {
  call,
  cleanUp,
  cleanUps,
  create,
  interceptOf,
  newFolder,
  newToken,
  startAgent,
  startAgentTunnel,
  startLaptop,
  startWorld,
  wanted,
} from './world.ts';

afterEach(cleanUp);

const between = async (fate: Fate) => {
  const world = await startWorld();
  const intermediary = await startIntermediary(new URL(world.url), fate);
  cleanUps.push(intermediary.stop);
  return { world, intermediary, manager: intermediary.url };
};

const megabyteThere = async (tunnel: AgentEnd, id: string): Promise<void> => {
  const answer = await tunnel.connect(id);
  if (!answer.ok) throw new Error(answer.reason);
  const sent = randomBytes(1024 * 1024);
  duplexOf(answer.stream).end(sent);
  expect((await bytesOf(duplexOf(answer.stream))).equals(sent)).toBe(true);
};

test.each<[Fate]>([
  ['strip'],
  ['reset'],
  ['hang'],
  [200],
  [400],
  [403],
  [404],
  [405],
  [426],
  [501],
  [502],
])(
  'where an Upgrade of ours meets %s, laptop and agent take a WebSocket at once',
  async (fate) => {
    const { world, intermediary, manager } = await between(fate);
    await startAgent(world, 'pricing');
    const laptop = await startLaptop(world, { manager });
    expect(transportOf(laptop.socket)).toBe('websocket');
    expect(intermediary.upgrades).toEqual(['byway-tunnel/1', 'websocket']);
    const { id } = interceptOf(await create(world, wanted(laptop.session)));
    const { body } = await call(world, 'GET', `/v1/intercepts/${id}`);
    expect(body).toMatchObject({ state: 'active', transport: 'websocket' });
    await megabyteThere(await startAgentTunnel(world, 'pricing', undefined, { manager }), id);
  },
  20_000,
);

test('without anything in between the transport is tcp', async () => {
  const world = await startWorld();
  await startAgent(world, 'pricing');
  const laptop = await startLaptop(world);
  expect(transportOf(laptop.socket)).toBe('tcp');
  const { id } = interceptOf(await create(world, wanted(laptop.session)));
  const path = `/v1/intercepts/${id}`;
  expect((await call(world, 'GET', path)).body).toMatchObject({ transport: 'tcp' });
  laptop.end.destroy();
  await until(async () => (await call(world, 'GET', path)).body['state'] === 'disconnected');
  expect((await call(world, 'GET', path)).body).not.toHaveProperty('transport');
});

test('what worked is taken first the next time, and ours has its turn again later', async () => {
  const { world, intermediary, manager } = await between(404);
  const memory = new TransportMemory();
  const first = await startLaptop(world, { manager, memory });
  intermediary.cut();
  await first.end.closed;
  await startLaptop(world, { manager, memory, session: first.session });
  expect(intermediary.upgrades).toEqual(['byway-tunnel/1', 'websocket', 'websocket']);
  const now = performance.now();
  expect(memory.prefersWebSocket(now + 9 * 60_000)).toBe(true);
  expect(memory.prefersWebSocket(now + 10 * 60_000)).toBe(false);
});

test('a WebSocket that no longer works is not insisted on', async () => {
  const { world, intermediary, manager } = await between(404);
  const memory = new TransportMemory();
  const { end, session } = await startLaptop(world, { manager, memory });
  end.destroy();
  await intermediary.stop();
  await expect(startLaptop(world, { manager, memory, session })).rejects.toMatchObject({
    code: 'ECONNREFUSED',
  });
  expect(memory.prefersWebSocket(performance.now())).toBe(false);
});

test('a 101 with nothing behind it is not believed a second time', async () => {
  const { world, intermediary, manager } = await between('mute');
  const memory = new TransportMemory();
  const { end, session } = await startLaptop(world, { manager, memory });
  await end.closed;
  const second = await startLaptop(world, { manager, memory, session });
  expect(transportOf(second.socket)).toBe('websocket');
  expect(intermediary.upgrades).toEqual(['byway-tunnel/1', 'websocket']);
});

test('what the manager itself refuses is not asked for a second time', async () => {
  const world = await startWorld();
  const intermediary = await startIntermediary(new URL(world.url), 'strip');
  cleanUps.push(intermediary.stop);
  const manager = intermediary.url;
  const { token } = await newToken(world, { role: 'agent', workload: 'pricing' });
  // Through the WebSocket the manager's own no arrives, and no page of anything in between.
  await expect(startLaptop(world, { manager, token })).rejects.toMatchObject({
    status: 403,
    problem: { code: 'forbidden' },
  });
  await expect(startLaptop(world, { manager, token: 'nonsense' })).rejects.toMatchObject({
    status: 401,
    problem: { code: 'not_logged_in' },
  });
  expect(intermediary.upgrades).toEqual(['byway-tunnel/1', 'websocket', 'byway-tunnel/1']);
});

const nginx = spawnSync('nginx', ['-v']).status === 0;

/** As its manual says it for WebSockets; any other Upgrade is left out. */
const configuration = (folder: string, port: number, target: URL): string => `
daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c;
  uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
  map $http_upgrade $upgrade { default ''; websocket websocket; }
  map $http_upgrade $connection_upgrade { default close; websocket upgrade; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass ${target.origin};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_buffering off;
    }
  }
}`;

test.skipIf(!nginx)('through nginx that knows WebSockets only', async () => {
  const world = await startWorld();
  const folder = await newFolder();
  await mkdir(folder, { recursive: true });
  const port = await freePort();
  const file = join(folder, 'nginx.conf');
  await writeFile(file, configuration(folder, port, new URL(world.url)));
  const child = spawn('nginx', ['-c', file, '-p', folder, '-e', join(folder, 'error.log')], {
    stdio: 'ignore',
  });
  const gone = new Promise((resolve) => child.once('close', resolve));
  cleanUps.push(async () => {
    child.kill('SIGTERM');
    await gone;
  });
  const manager = new URL(`http://127.0.0.1:${port}`);
  await until(async () => (await fetch(`${manager}healthz`).catch(() => undefined))?.ok === true);
  await startAgent(world, 'pricing');
  const laptop = await startLaptop(world, { manager });
  expect(transportOf(laptop.socket)).toBe('websocket');
  const { id } = interceptOf(await create(world, wanted(laptop.session)));
  await megabyteThere(await startAgentTunnel(world, 'pricing', undefined, { manager }), id);
});

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};
