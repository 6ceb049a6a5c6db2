import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { openAgentEnd } from '../../src/tunnel/agent-end.ts';
import { acceptArrival } from '../../src/tunnel/arrivals.ts';
import { dialTunnel } from '../../src/tunnel/dial.ts';
import { TunnelRefused } from '../../src/tunnel/refused.ts';
import { serveRelayForAgent } from '../../src/tunnel/relay-end.ts';
import { TransportMemory } from '../../src/tunnel/transport-memory.ts';
import { acceptTunnels, bytesOf, dial } from './accepting.ts';
import { duplexOf } from './duplex-of.ts';
import { startFreezingProxy } from './freezing-proxy.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const answering = async (listener: RequestListener): Promise<URL> => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
};

const speaking = async (bytes: string): Promise<URL> => {
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    if (bytes !== '') socket.write(bytes);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(
    () => server.close(),
    () => {
      for (const socket of sockets) socket.destroy();
    },
  );
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
};

test('asks as the contract says', async () => {
  const accepting = await acceptTunnels(() => {});
  cleanUps.push(accepting.stop);
  const socket = await dialTunnel({
    manager: new URL(`${accepting.url.href}base/`),
    token: 'secret',
    role: 'agent',
    headers: { 'x-byway-workload': 'default/process/pricing' },
    signal: new AbortController().signal,
  });
  cleanUps.push(() => socket.destroy());
  expect(accepting.requests[0]).toMatchObject({
    method: 'POST',
    url: '/base/v1/tunnels',
    headers: {
      connection: 'Upgrade',
      upgrade: 'byway-tunnel/1',
      authorization: 'Bearer secret',
      'x-byway-role': 'agent',
      'x-byway-workload': 'default/process/pricing',
    },
  });
});

test('bytes that come in one packet with the 101 are not lost', async () => {
  const accepting = await acceptTunnels((socket) => {
    serveRelayForAgent(socket, (arrival) => {
      acceptArrival(arrival);
      duplexOf(arrival.stream).end('hello');
    });
  });
  cleanUps.push(accepting.stop);
  const socket = await dial(accepting.url);
  // The server's first frames are in the socket before anything is attached to it.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const end = openAgentEnd(socket);
  cleanUps.push(end.destroy);
  const answer = await end.connect('ic_a');
  if (!answer.ok) throw new Error(answer.reason);
  expect((await bytesOf(duplexOf(answer.stream))).toString()).toBe('hello');
});

test('a refusal carries status and problem, and tells whether trying again may help', async () => {
  const problem = {
    type: 'urn:byway:problem:token_expired',
    code: 'token_expired',
    title: 'The token has expired',
    status: 401,
    detail: 'The token expired yesterday.',
    hint: 'byway login',
  };
  const url = await answering((_, response) => {
    response.writeHead(401).end(JSON.stringify(problem));
  });
  const error = await dial(url).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(TunnelRefused);
  expect(error).toMatchObject({ status: 401, problem, kind: 'not_logged_in', mayPass: false });
});

test.each([
  [403, false],
  [426, false],
  [429, true],
  [502, true],
])('status %i with a page that is no problem document: may pass %s', async (status, mayPass) => {
  const url = await answering((_, response) => {
    response.writeHead(status).end('<html>');
  });
  await expect(dial(url)).rejects.toMatchObject({ status, problem: undefined, mayPass });
});

test('an endless refusal is cut off', async () => {
  const url = await answering((_, response) => {
    response.writeHead(500);
    const timer = setInterval(() => response.write(Buffer.alloc(64 * 1024)), 1);
    response.once('close', () => clearInterval(timer));
  });
  await expect(dial(url)).rejects.toMatchObject({ status: 500 });
});

test.each([
  [
    'another protocol',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    { status: 101 },
  ],
  ['no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', { code: 'HPE_INVALID_CONSTANT' }],
])('a server that speaks %s is refused', async (_, bytes, error) => {
  await expect(dial(await speaking(bytes))).rejects.toMatchObject(error);
});

test('nobody listening is a system error, an abort is the reason of the abort', async () => {
  const url = await speaking('');
  const reason = new Error('enough');
  await expect(dial(url, AbortSignal.abort(reason))).rejects.toBe(reason);
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 20);
  await expect(dial(url, controller.signal)).rejects.toBe(reason);
  await expect(dial(new URL('http://127.0.0.1:1'))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a server that never answers is given up', async () => {
  await expect(dial(await speaking(''))).rejects.toMatchObject({ kind: 'unreachable' });
}, 20_000);

test('a manager that spoke our Upgrade before and is mute now is not asked for a WebSocket too', async () => {
  const accepting = await acceptTunnels((socket) => serveRelayForAgent(socket, () => {}));
  cleanUps.push(accepting.stop);
  const network = await startFreezingProxy(accepting.url);
  cleanUps.push(network.stop);
  const memory = new TransportMemory();
  const { signal } = new AbortController();
  const dialOnce = () =>
    dialTunnel(
      { manager: network.url, token: 'secret', role: 'agent', headers: {}, signal },
      memory,
    );
  const socket = await dialOnce();
  cleanUps.push(() => socket.destroy());
  network.freezeNew(true);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  cleanUps.push(() => vi.useRealTimers());
  const timeUp = async (connections: number): Promise<void> => {
    while (network.connections() < connections) await turn();
    // The connection is there on both sides, and its upgrade waits for an answer.
    for (let turns = 0; turns < 20; turns++) await turn();
    vi.advanceTimersByTime(5_000);
  };
  for (const connections of [2, 3]) {
    const mute = expect(dialOnce()).rejects.toMatchObject({ kind: 'unreachable' });
    await timeUp(connections);
    await mute;
    expect(network.connections()).toBe(connections);
  }
  // By now something may be in between that lets nothing but a WebSocket through.
  const both = expect(dialOnce()).rejects.toMatchObject({ kind: 'unreachable' });
  await timeUp(4);
  await timeUp(5);
  await both;
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
