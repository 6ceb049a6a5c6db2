import { once } from 'node:events';
import { copyFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { newIdentifier } from '../../src/base/identifier.ts';
import { openAgentEnd } from '../../src/tunnel/agent-end.ts';
import type { ConnectingEnd } from '../../src/tunnel/connects.ts';
import { dialTunnel } from '../../src/tunnel/dial.ts';
import type { TunnelEnd } from '../../src/tunnel/end.ts';
import { keepTunnel, type TunnelDown } from '../../src/tunnel/keep.ts';
import { serveLaptopEnd } from '../../src/tunnel/laptop-end.ts';
import { until } from '../support/until.ts';
import { duplexOf } from '../tunnel/duplex-of.ts';
import {
  cleanUp,
  cleanUps,
  create,
  echo,
  interceptOf,
  newFolder,
  startAgent,
  startAgentTunnel,
  startLaptop,
  startWorld,
  type World,
  wanted,
} from './world.ts';

afterEach(async () => {
  vi.restoreAllMocks();
  await cleanUp();
});

/** One address for both managers, as a Service in a cluster: new connections go to the second. */
const balance = async (first: World) => {
  let target = Number(new URL(first.url).port);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const onward = connect(target, '127.0.0.1');
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.pipe(to);
      from.once('close', () => to.destroy());
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    moveTo: (world: World) => {
      target = Number(new URL(world.url).port);
    },
  };
};

const metricsOf = async ({ manager }: World): Promise<string> =>
  await (await fetch(`http://${manager.metrics}/metrics`)).text();

test('a manager that stops sends everyone elsewhere at once, and what runs is finished', async () => {
  const first = await startWorld();
  const data = await newFolder();
  for (const file of ['token', 'secret']) await copyFile(join(first.data, file), join(data, file));
  const second = await startWorld(data, { metrics: { host: '127.0.0.1', port: 0 } });
  const { url, moveTo } = await balance(first);
  const stop = new AbortController();
  cleanUps.push(() => stop.abort());
  const downs: TunnelDown[] = [];
  const session = newIdentifier('se');
  const laptops: TunnelEnd[] = [];
  const agents: ConnectingEnd[] = [];
  const dial =
    (role: 'laptop' | 'agent', headers: Record<string, string>) => (signal: AbortSignal) =>
      dialTunnel({ manager: url, token: first.ownerToken, role, headers, signal });
  const shared = { onDown: (down: TunnelDown) => downs.push(down), signal: stop.signal };
  void keepTunnel({
    ...shared,
    dial: dial('laptop', { 'x-byway-session': session }),
    attach: (carrier) => serveLaptopEnd(carrier, echo),
    onUp: (end) => laptops.push(end),
  });
  void keepTunnel({
    ...shared,
    dial: dial('agent', { 'x-byway-workload': 'default/process/pricing' }),
    attach: (carrier) => openAgentEnd(carrier),
    onUp: (end) => agents.push(end),
  });
  await until(() => laptops.length === 1 && agents.length === 1, 'the tunnels');
  await startAgent(first, 'pricing');
  const { id } = interceptOf(await create(first, wanted(session)));
  const answer = await (agents[0] as ConnectingEnd).connect(id);
  if (!answer.ok) throw new Error(answer.reason);
  duplexOf(answer.stream).write('first half, ');
  await once(duplexOf(answer.stream), 'data');
  const now = performance.now();
  // Tunnels of some age: one that has just come up waits before it is dialled again.
  vi.spyOn(performance, 'now').mockImplementation(() => now + 60_000);

  moveTo(second);
  const stopped = first.manager.stop();
  await until(() => laptops.length === 2 && agents.length === 2, 'the new tunnels');
  const metrics = await metricsOf(second);
  expect(metrics).toContain('byway_manager_tunnels{role="laptop",transport="tcp"} 1\n');
  expect(metrics).toContain('byway_manager_tunnels{role="agent",transport="tcp"} 1\n');
  expect(duplexOf(answer.stream).closed).toBe(false);
  let rest = '';
  duplexOf(answer.stream).on('data', (chunk) => {
    rest += chunk;
  });
  duplexOf(answer.stream).end('and the second');
  await once(duplexOf(answer.stream), 'end');
  expect(rest).toBe('and the second');
  await stopped;
  expect(downs).toEqual([]);
});

test('a stream that never ends does not keep the manager from stopping', async () => {
  const world = await startWorld();
  await startAgent(world, 'pricing');
  const laptop = await startLaptop(world);
  const { id } = interceptOf(await create(world, wanted(laptop.session)));
  const tunnel = await startAgentTunnel(world, 'pricing');
  const answer = await tunnel.connect(id);
  if (!answer.ok) throw new Error(answer.reason);
  duplexOf(answer.stream).write('for ever');
  await once(duplexOf(answer.stream), 'data');
  await world.manager.stop();
  await Promise.all([laptop.end.closed, tunnel.closed]);
  expect(duplexOf(answer.stream).destroyed).toBe(true);
}, 20_000);
