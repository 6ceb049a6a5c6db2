import { writeFile } from 'node:fs/promises';
import { connect as connectHttp2, constants } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { upgradesPerUserBurst } from '../../src/manager/limits.ts';
import { transports } from '../../src/tunnel/carrier.ts';
import { dialTunnel } from '../../src/tunnel/dial.ts';
import { TransportMemory } from '../../src/tunnel/transport-memory.ts';
import { createAuthority } from '../support/authority.ts';
import { openRawClient } from '../support/raw-client.ts';
import { until } from '../support/until.ts';
import {
  call,
  cleanUp,
  cleanUps,
  newFolder,
  newToken,
  startAgentTunnel,
  startLaptop,
  startWorld,
  type World,
} from './world.ts';

afterEach(cleanUp);

const authority = createAuthority();

const secureWorld = async (): Promise<World> => {
  const folder = await newFolder();
  const { cert, key } = authority.issue({ names: ['127.0.0.1'] });
  const tls = { cert: join(folder, 'cert'), key: join(folder, 'key') };
  await Promise.all([writeFile(tls.cert, cert), writeFile(tls.key, key)]);
  return await startWorld(undefined, { tls, ca: authority.ca });
};

const portOf = ({ url }: World): number => Number(new URL(url).port);

describe('a WebSocket as a page in a browser can open it', () => {
  const statusOf = (url: string, options: ConstructorParameters<typeof WebSocket>[2]) =>
    new Promise<number | string>((resolve) => {
      const webSocket = new WebSocket(url, ['byway-tunnel.1'], options);
      webSocket.on('unexpected-response', (_, { statusCode }) => resolve(statusCode ?? 0));
      webSocket.on('open', () => resolve('open'));
      webSocket.on('error', () => {});
      cleanUps.push(() => webSocket.terminate());
    });

  test('is refused, whatever it brings: cookies, an Origin, a token where a page can put it', async () => {
    const world = await startWorld();
    const { ownerToken: token } = world;
    const base = world.url.replace('http', 'ws');
    const page = { Origin: world.url, Cookie: `token=${token}`, 'x-byway-role': 'laptop' };
    const addresses = [
      `${base}/v1/tunnels`,
      `${base}/v1/tunnels?token=${token}`,
      `${base}/v1/tunnels?authorization=Bearer%20${token}`,
      `${base.replace('ws://', `ws://${encodeURIComponent(token)}:x@`)}/v1/tunnels`,
      `${base.replace('ws://', `ws://Bearer:${encodeURIComponent(token)}@`)}/v1/tunnels`,
    ];
    for (const address of addresses) expect(await statusOf(address, { headers: page })).toBe(401);
  });

  test('without a version, with a strange one or a bad handshake it is refused in words', async () => {
    const world = await startWorld();
    const ask = async (fields: string): Promise<string> => {
      const client = await openRawClient(portOf(world));
      cleanUps.push(() => client.socket.destroy());
      client.write(
        `GET /v1/tunnels HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${world.ownerToken}\r\nX-Byway-Role: agent\r\nX-Byway-Workload: default/process/a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${fields}\r\n`,
      );
      await client.closed;
      return client.text();
    };
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n';
    expect(await ask(key)).toContain('names no version of the tunnel');
    expect(await ask(`${key}Sec-WebSocket-Protocol: chat\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await ask(`${key}Sec-WebSocket-Protocol: byway-tunnel.9\r\n`)).toContain(
      'version_unsupported',
    );
    expect(await ask('Sec-WebSocket-Protocol: byway-tunnel.1\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect((await call(world, 'GET', '/healthz')).status).toBe(200);
  });
});

describe('a WebSocket tunnel', () => {
  const open = async (world: World): Promise<WebSocket> => {
    const webSocket = new WebSocket(`${world.url}/v1/tunnels`, ['byway-tunnel.1'], {
      headers: {
        authorization: `Bearer ${world.ownerToken}`,
        'x-byway-role': 'agent',
        'x-byway-workload': 'default/process/pricing',
      },
      perMessageDeflate: true,
    });
    webSocket.on('error', () => {});
    cleanUps.push(() => webSocket.terminate());
    await new Promise((resolve) => webSocket.once('open', resolve));
    return webSocket;
  };

  test.each([
    ['a text', (webSocket: WebSocket) => webSocket.send('hello')],
    [
      'a message that is too large',
      (webSocket: WebSocket) => webSocket.send(Buffer.alloc(300_000)),
    ],
    [
      'no HTTP/2',
      (webSocket: WebSocket) => webSocket.send(Buffer.from('GET / HTTP/1.1\r\n\r\n and more')),
    ],
    [
      'a broken frame',
      (webSocket: WebSocket) =>
        void (webSocket as unknown as { _socket: Socket })._socket.write(
          Buffer.of(0xff, 0xff, 0xff),
        ),
    ],
  ])('that sends %s is ended, and nothing else', async (_, send) => {
    const world = await startWorld();
    const other = await startLaptop(world);
    const webSocket = await open(world);
    expect(webSocket.extensions).toBe('');
    const closed = new Promise((resolve) => webSocket.once('close', resolve));
    send(webSocket);
    await closed;
    expect((await call(world, 'GET', '/healthz')).status).toBe(200);
    expect(other.socket.destroyed).toBe(false);
  });
});

describe('connections that never ask', () => {
  test('half a head, and no handshake of TLS, are given up', async () => {
    const world = await secureWorld();
    const silent = await openRawClient(portOf(world));
    cleanUps.push(() => silent.socket.destroy());
    const half = connectTls({ port: portOf(world), host: '127.0.0.1', ca: authority.ca });
    cleanUps.push(() => half.destroy());
    half.on('error', () => {});
    half.resume();
    const halfClosed = new Promise((resolve) => half.once('close', resolve));
    half.write('POST /v1/tunnels HTTP/1.1\r\nHost: a\r\nUpgrade: byway-tun');
    await Promise.all([silent.closed, halfClosed]);
  }, 30_000);

  test('garbage instead of TLS ends only its own connection', async () => {
    const world = await secureWorld();
    for (const bytes of ['GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01\xff\xff', '\x00']) {
      const client = connectTcp(portOf(world), '127.0.0.1');
      client.on('error', () => {});
      client.resume();
      client.end(bytes, 'latin1');
      await new Promise((resolve) => client.once('close', resolve));
    }
    expect((await call(world, 'GET', '/healthz')).status).toBe(200);
  });
});

test('upgrades in quick succession are refused with 429, and only for the one who asks', async () => {
  const world = await startWorld();
  const { token } = await newToken(world, { role: 'user', user: 'mia' });
  const headers = `Authorization: Bearer ${token}\r\nX-Byway-Role: laptop\r\nX-Byway-Session: bad`;
  const ask = async (): Promise<string> => {
    const client = await openRawClient(portOf(world));
    client.write(
      `POST /v1/tunnels HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: byway-tunnel/1\r\n${headers}\r\n\r\n`,
    );
    await client.closed;
    client.socket.destroy();
    return client.text();
  };
  const answers: string[] = [];
  while (answers.length < upgradesPerUserBurst * 3) {
    answers.push(...(await Promise.all(Array.from({ length: 50 }, ask))));
  }
  const refused = answers.filter((text) => text.startsWith('HTTP/1.1 429 '));
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]).toMatch(/retry-after: 1/i);
  expect(answers[0]).toMatch(/^HTTP\/1\.1 400 /);
  await startLaptop(world);
});

describe.each(transports)('floods over %s', (transport) => {
  /** An agent's HTTP/2 session of the test's own. */
  const hostile = async () => {
    const world = transport === 'tls' ? await secureWorld() : await startWorld();
    const memory = new TransportMemory();
    if (transport === 'websocket') memory.preferWebSocket(performance.now());
    const carrier = await dialTunnel(
      {
        manager: new URL(world.url),
        ca: world.ca,
        token: world.ownerToken,
        role: 'agent',
        headers: { 'x-byway-workload': 'default/process/pricing' },
        signal: AbortSignal.timeout(10_000),
      },
      memory,
    );
    const session = connectHttp2('http://byway', {
      createConnection: () => carrier,
      maxOutstandingPings: 100_000,
    });
    session.on('error', () => {});
    cleanUps.push(() => session.destroy());
    await new Promise((resolve) => session.once('remoteSettings', resolve));
    return { world, session };
  };

  const isWell = async (world: World): Promise<void> => {
    const tunnel = await startAgentTunnel(world, 'pricing');
    expect(await tunnel.connect('ic_a')).toEqual({ ok: false, reason: 'tunnel_refused' });
  };

  test('PINGs without end end the tunnel', async () => {
    const { world, session } = await hostile();
    const ended = new Promise((resolve) => session.once('close', resolve));
    const flood = setInterval(() => {
      for (let sent = 0; sent < 500 && !session.destroyed; sent++) session.ping(() => {});
    }, 1);
    await ended;
    clearInterval(flood);
    await isWell(world);
  });

  test('SETTINGS without end end the tunnel', async () => {
    const { world, session } = await hostile();
    const ended = new Promise((resolve) => session.once('close', resolve));
    let size = 100_000;
    const flood = setInterval(() => {
      for (let sent = 0; sent < 5 && !session.destroyed; sent++) {
        size += 1;
        session.settings({ initialWindowSize: size });
      }
    }, 1);
    await ended;
    clearInterval(flood);
    await isWell(world);
  }, 20_000);

  test('streams that are opened and reset at once harm nobody else', async () => {
    const { world, session } = await hostile();
    let resets = 0;
    await until(() => {
      for (let opened = 0; opened < 200 && !session.destroyed && !session.closed; opened++) {
        const stream = session.request({ ':method': 'CONNECT', ':authority': 'ic_a' });
        stream.on('error', () => {});
        stream.close(constants.NGHTTP2_CANCEL);
        resets += 1;
      }
      return session.destroyed || session.closed || resets >= 5_000;
    }, 'the flood');
    expect(resets).toBeGreaterThan(500);
    await isWell(world);
  });
});
