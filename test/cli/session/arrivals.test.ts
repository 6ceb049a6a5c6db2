import { randomBytes } from 'node:crypto';
import { connect as connectHttp2, constants, performServerHandshake } from 'node:http2';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import type { ArrivalEvents } from '../../../src/cli/session/arrivals.ts';
import { localPort } from '../../../src/cli/session/local-port.ts';
import { until } from '../../support/until.ts';
import { bytesOf } from '../../tunnel/accepting.ts';
import { afterwards, cleanUp } from '../folder.ts';
import { connected, relayTo } from './tunnel-pair.ts';

afterEach(cleanUp);

/** A TCP server that a session takes for the user's app. */
const startApp = async (onSocket: (socket: Socket) => void, host = '127.0.0.1') => {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  afterwards(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sockets };
};

const silence: ArrivalEvents = { request: () => {}, port: () => {} };

const relayToApp = async (onSocket: (socket: Socket) => void, host?: string) => {
  const app = await startApp(onSocket, host);
  const port = localPort(app.port);
  const relay = await relayTo(async (id) => (id === 'ic_a' ? port : undefined), silence);
  return { relay, app };
};

const freePort = async (): Promise<number> => {
  const { port } = await startApp(() => {});
  await cleanUp();
  return port;
};

test.each(['127.0.0.1', '::1'])('bytes reach an app that listens on %s only', async (host) => {
  const { relay } = await relayToApp((socket) => socket.pipe(socket), host);
  const stream = await connected(relay);
  stream.end('hello');
  expect((await bytesOf(stream)).toString()).toBe('hello');
});

test('requests of HTTP/2 are told of, as those of HTTP/1 are', async () => {
  const app = await startApp((socket) => {
    const session = performServerHandshake(socket);
    session.on('error', () => {});
    session.on('stream', (stream) => {
      stream.respond({ ':status': 201 });
      stream.end();
    });
  });
  const told: string[] = [];
  const port = localPort(app.port);
  const relay = await relayTo(async () => port, {
    ...silence,
    request: ({ method, path, status }) => void told.push(`${method} ${path} ${status}`),
  });
  const stream = await connected(relay);
  const caller = connectHttp2('http://app', { createConnection: () => stream });
  afterwards(() => caller.destroy());
  caller.on('error', () => {});
  const request = caller.request({ ':method': 'POST', ':path': '/shop.Carts/Add' });
  request.on('error', () => {});
  request.end();
  await until(() => told.length > 0, 'a request');
  expect(told).toEqual(['POST /shop.Carts/Add 201']);
});

test('megabytes come back byte for byte through a slow app', async () => {
  const { relay } = await relayToApp((socket) => socket.pipe(socket));
  const stream = await connected(relay);
  const sent = randomBytes(12 * 1024 * 1024);
  stream.end(sent);
  expect((await bytesOf(stream)).equals(sent)).toBe(true);
});

const megabyte = Buffer.alloc(1024 * 1024);

/** Megabytes that a writer whose reader does not read gets rid of before it stands still. */
const writeUntilStuck = async (writer: Writable): Promise<number> => {
  let taken = 0;
  let offered = 0;
  const more = (): void => {
    if (offered++ < 64) writer.write(megabyte, () => more());
    taken = offered - 1;
  };
  more();
  for (let before = -1, still = 0; still < 40; before = taken) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    still = before === taken ? still + 1 : 0;
  }
  return taken;
};

test('an app that does not read stops its own caller and nobody else', async () => {
  const { relay, app } = await relayToApp((socket) => {
    if (app.sockets.length === 1) socket.pause();
    else socket.pipe(socket);
  });
  const stuck = await connected(relay);
  expect(await writeUntilStuck(stuck)).toBeLessThan(32);
  const other = await connected(relay);
  other.end('quick');
  expect((await bytesOf(other)).toString()).toBe('quick');
  app.sockets[0]?.resume();
  await until(() => app.sockets[0]?.bytesRead === 64 * megabyte.length, 'all of it');
});

test('a caller that does not read stops its own app', async () => {
  const { relay, app } = await relayToApp((socket) => socket.resume());
  const stream = await connected(relay);
  await until(() => app.sockets.length === 1);
  const [socket] = app.sockets;
  if (socket === undefined) throw new Error('no connection');
  expect(await writeUntilStuck(socket)).toBeLessThan(32);
  let bytes = 0;
  stream.on('data', (chunk) => {
    bytes += chunk.length;
  });
  await until(() => bytes === 64 * megabyte.length, 'all of it');
});

test('the end of each side is passed on by itself', async () => {
  let atApp = '';
  const { relay } = await relayToApp((socket) => {
    socket.on('data', (bytes) => {
      atApp += bytes;
    });
    socket.once('end', () => socket.end(`got ${atApp}`));
  });
  const stream = await connected(relay);
  stream.end('all of it');
  expect((await bytesOf(stream)).toString()).toBe('got all of it');
  await until(() => stream.closed);
  expect(stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
});

test('an app that ends first still gets the rest of its request', async () => {
  let atApp = '';
  const { relay } = await relayToApp((socket) => {
    socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nearly'));
    socket.on('data', (bytes) => {
      atApp += bytes;
    });
  });
  const stream = await connected(relay);
  stream.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n');
  expect((await bytesOf(stream)).toString()).toContain('early');
  stream.end('body');
  await until(() => atApp.endsWith('body'), 'the body');
});

test('nothing listening is local_refused, and not a byte was written', async () => {
  const port = localPort(await freePort());
  const told: boolean[] = [];
  const relay = await relayTo(async () => port, { ...silence, port: (up) => told.push(up) });
  expect(await relay.connect('ic_a')).toEqual({ ok: false, reason: 'local_refused' });
  expect(told).toEqual([false]);
});

test('an intercept that the session did not register is tunnel_refused, and no port is dialled', async () => {
  const { relay, app } = await relayToApp(() => {});
  expect(await relay.connect('127.0.0.1:22')).toEqual({ ok: false, reason: 'tunnel_refused' });
  expect(await relay.connect('ic_b')).toEqual({ ok: false, reason: 'tunnel_refused' });
  expect(app.sockets).toHaveLength(0);
});

test('a probe is answered with the time of connecting, and the app never gets a byte', async () => {
  let bytes = 0;
  const { relay, app } = await relayToApp((socket) => {
    socket.on('data', (chunk) => {
      bytes += chunk.length;
    });
  });
  const answer = await relay.connect('ic_a', { probe: 'nonce' });
  expect(answer).toMatchObject({ ok: true, localMs: expect.stringMatching(/^\d+\.\d\d$/) });
  await until(() => app.sockets.every((socket) => socket.readableEnded || socket.destroyed));
  expect(bytes).toBe(0);
});

test('a probe of a port that nobody listens on says refused', async () => {
  const port = localPort(await freePort());
  const relay = await relayTo(async () => port, silence);
  expect(await relay.connect('ic_a', { probe: 'nonce' })).toMatchObject({ localMs: 'refused' });
});

const exchange = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';

test('a request on a connection that the app has ended is REFUSED_STREAM', async () => {
  const { relay, app } = await relayToApp((socket) => {
    socket.once('data', () => socket.end(answer));
  });
  const stream = await connected(relay);
  stream.write(exchange);
  expect((await bytesOf(stream)).toString()).toBe(answer);
  stream.write(exchange);
  await until(() => stream.closed);
  expect(stream.rstCode).toBe(constants.NGHTTP2_REFUSED_STREAM);
  expect(app.sockets[0]?.bytesRead).toBe(exchange.length);
});

test('an app that hangs up before it got a byte is REFUSED_STREAM', async () => {
  const { relay } = await relayToApp((socket) => socket.end());
  const stream = await connected(relay);
  stream.resume();
  await until(() => stream.closed);
  expect(stream.rstCode).toBe(constants.NGHTTP2_REFUSED_STREAM);
});

test('an app that breaks off in the middle is INTERNAL_ERROR', async () => {
  const { relay } = await relayToApp((socket) => {
    socket.once('data', () => socket.resetAndDestroy());
  });
  const stream = await connected(relay);
  stream.resume();
  stream.write(exchange);
  await until(() => stream.closed);
  expect(stream.rstCode).toBe(constants.NGHTTP2_INTERNAL_ERROR);
});

test('an app that breaks off in the middle of its answer is INTERNAL_ERROR', async () => {
  const { relay, app } = await relayToApp((socket) => {
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi'));
  });
  const stream = await connected(relay);
  stream.once('data', () => app.sockets[0]?.resetAndDestroy());
  stream.write(exchange);
  await until(() => stream.closed);
  expect(stream.rstCode).toBe(constants.NGHTTP2_INTERNAL_ERROR);
});

test('a caller that goes away closes the connection to the app, both ways', async () => {
  const { relay, app } = await relayToApp((socket) => socket.resume());
  const stream = await connected(relay);
  stream.write(exchange);
  await until(() => app.sockets[0]?.bytesRead === exchange.length);
  stream.close(constants.NGHTTP2_CANCEL);
  // The app keeps its own half open, and learns from its next words that nobody listens.
  await until(() => {
    if (app.sockets[0]?.writable === true) app.sockets[0].write('more');
    return app.sockets[0]?.destroyed === true;
  });
});

test('requests are observed as they pass', async () => {
  const app = await startApp((socket) => socket.on('data', () => void socket.write(answer)));
  const port = localPort(app.port);
  const seen: unknown[] = [];
  const relay = await relayTo(async () => port, { ...silence, request: (one) => seen.push(one) });
  const stream = await connected(relay);
  stream.resume();
  stream.write(exchange);
  await until(() => seen.length === 1);
  expect(seen).toEqual([
    {
      method: 'GET',
      path: '/',
      status: 200,
      milliseconds: expect.any(Number),
      head: Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
    },
  ]);
});

test('an idle connection ends when the tunnel drains, a busy one after its answer', async () => {
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
  const { relay, app } = await relayToApp((socket) => {
    let all = '';
    socket.on('data', (bytes) => {
      all += bytes;
      if (all.endsWith('\r\n\r\n')) socket.write(answer);
    });
  });
  const streams = [await connected(relay), await connected(relay)];
  const [idle, busy] = streams.map((stream) => {
    const seen = { text: '', whole: false };
    stream.on('data', (bytes) => {
      seen.text += bytes;
    });
    stream.once('end', () => {
      seen.whole = !stream.destroyed;
    });
    return seen;
  });
  streams[0]?.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await until(() => idle?.text === answer);
  streams[1]?.write('GET / HTTP/1.1\r\nHost: a\r\n');
  relay.close();
  await until(() => idle?.whole === true);
  expect(busy?.whole).toBe(false);
  streams[1]?.write('\r\n');
  await until(() => busy?.whole === true);
  expect(busy?.text).toBe(answer);
  for (const stream of streams) stream.end();
  await until(() => app.sockets.every(({ readableEnded }) => readableEnded));
});
