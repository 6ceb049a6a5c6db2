import { Agent, createServer as createHttpsServer, get as getHttps } from 'node:https';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { makeCertificate } from '../../support/certificate.ts';
import { openRawClient } from '../../support/raw-client.ts';
import { startRawServer } from '../../support/raw-server.ts';
import { until } from '../../support/until.ts';
import { key, laptopOn, rule, startAgent } from '../start-agent.ts';
import {
  afterwards,
  answer,
  authority,
  endWorld,
  http1,
  listening,
  openTls,
  startTlsAgent,
  startTlsPod,
} from './world.ts';

afterEach(endWorld);

const get = (path: string, marked = false): string =>
  `GET ${path} HTTP/1.1\r\nHost: a\r\n${marked ? `x-byway-id: ${key}\r\n` : ''}\r\n`;

const startLaptop = async (): Promise<number> => {
  const laptop = await startRawServer((socket, all) =>
    http1('laptop')(socket, () => all.toString()),
  );
  afterwards(laptop.close);
  return laptop.port;
};

test('requests on one connection go here and there, each decided on its own', async () => {
  const pod = await startTlsPod(http1('pod'));
  const agent = await startTlsAgent(pod.port, { divert: laptopOn(await startLaptop()) });
  agent.rules(rule(pod.port));
  const client = await openTls(agent.port);
  const expected: string[] = [];
  for (let count = 0; count < 6; count++) {
    const marked = count % 2 === 1;
    client.write(get(`/${count}`, marked));
    const text = await client.until((all) => all.endsWith(`/${count}`));
    expected.push(text);
  }
  const answers = client.text().split('HTTP/1.1 ').slice(1);
  expect(answers.map((one) => one.split('\r\n\r\n')[1])).toEqual([
    'pod /0',
    'laptop /1',
    'pod /2',
    'laptop /3',
    'pod /4',
    'laptop /5',
  ]);
  const mark = 'x-byway-served-by: pricing@ada-laptop';
  expect(answers.map((one) => one.includes(mark))).toEqual([false, true, false, true, false, true]);
  expect(pod.sockets).toHaveLength(1);
  expect(pod.text()).toBe(get('/0') + get('/2') + get('/4'));
  expect(agent.tls.counts).toMatchObject({ accepted: 1, connected: 1 });
});

test('1 MB each way comes through as it is', async () => {
  const body = Buffer.alloc(1024 * 1024, 'abcdefghij').toString();
  const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`;
  const pod = await startTlsPod((socket, all) => {
    if (all().length === head.length + body.length) socket.write(answer(body));
  });
  const agent = await startTlsAgent(pod.port);
  const client = await openTls(agent.port);
  client.write(head + body);
  const text = await client.until((all) => all.length === answer(body).length);
  expect(text === answer(body)).toBe(true);
  expect(pod.text() === head + body).toBe(true);
});

test('an upgrade is spliced, with the pod and with the laptop', async () => {
  const accepted =
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  const upgrade = (marked: boolean): string =>
    get('/', marked).replace('\r\n\r\n', '\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  const echo = (name: string) => (socket: { write: (text: string) => unknown }, all: string) => {
    if (all.endsWith('\r\n\r\n')) socket.write(`${accepted}hello from ${name}`);
    else if (all.endsWith('?')) socket.write(`${name}!`);
  };
  const pod = await startTlsPod((socket, all) => echo('pod')(socket, all()));
  const laptop = await startRawServer((socket, all) => echo('laptop')(socket, all.toString()));
  afterwards(laptop.close);
  const agent = await startTlsAgent(pod.port, { divert: laptopOn(laptop.port) });
  agent.rules(rule(pod.port));
  for (const [marked, name] of [
    [false, 'pod'],
    [true, 'laptop'],
  ] as const) {
    const client = await openTls(agent.port);
    client.write(upgrade(marked));
    await client.until((all) => all.endsWith(`hello from ${name}`));
    client.write('who?');
    await client.until((all) => all.endsWith(`${name}!`));
    client.socket.destroy();
  }
});

test('without TLS the same port takes plain HTTP and brings it to the pod as it came', async () => {
  const pod = await startRawServer((socket, all) => http1('pod')(socket, () => all.toString()));
  afterwards(pod.close);
  const agent = await startTlsAgent(pod.port, { divert: laptopOn(await startLaptop()) });
  agent.rules(rule(pod.port));
  const client = await openRawClient(agent.port);
  client.write(get('/1'));
  await client.until((text) => text.endsWith('pod /1'));
  client.write(get('/2', true));
  await client.until((text) => text.endsWith('laptop /2'));
  expect(pod.received.map(String)).toEqual([get('/1')]);
  client.socket.destroy();
});

test('without a certificate of its own the agent passes TLS through untouched', async () => {
  const pod = await startTlsPod(http1('pod'), { ALPNProtocols: ['http/1.1'] });
  const agent = await startAgent(pod.port, laptopOn(await startLaptop()));
  afterwards(agent.server.close);
  agent.rules(rule(pod.port));
  const [through, direct] = [await openTls(agent.port), await openTls(pod.port)];
  const certificateOf = ({ socket }: typeof direct) =>
    socket.getPeerX509Certificate()?.fingerprint256;
  expect(certificateOf(through)).toBe(certificateOf(direct));
  through.write(get('/a', true));
  await through.until((text) => text.endsWith('pod /a'));
  expect(agent.table.of(pod.port)?.seen).toBe(0);
});

describe('ends', () => {
  test('of both sides pass separately', async () => {
    const pod = await startTlsPod((socket, all) => {
      if (all() === 'ping') socket.once('end', () => socket.end('pong'));
    });
    const agent = await startTlsAgent(pod.port);
    const client = await openTls(agent.port, { allowHalfOpen: true });
    client.socket.end('ping');
    expect(await client.closed).toBeUndefined();
    expect(client.text()).toBe('pong');
  });

  test('with the answer that has no length, in order', async () => {
    const pod = await startTlsPod((socket, all) => {
      if (all().endsWith('\r\n\r\n')) socket.end('HTTP/1.1 200 OK\r\n\r\nall of it');
    });
    const agent = await startTlsAgent(pod.port);
    const client = await openTls(agent.port);
    client.write(get('/'));
    expect(await client.closed).toBeUndefined();
    expect(client.text()).toBe('HTTP/1.1 200 OK\r\n\r\nall of it');
  });

  test.each(['resets', 'ends without close_notify'])(
    'of a pod that %s break the caller',
    async (how) => {
      const pod = await startTlsPod((socket, all) => {
        if (!all().endsWith('\r\n\r\n')) return;
        socket.write('HTTP/1.1 200 OK\r\n\r\nhalf of it');
      });
      // What lies between can end the connection without either side's leave.
      const between = await startBetween(pod.port);
      const agent = await startTlsAgent(between.port);
      const client = await openTls(agent.port);
      client.write(get('/'));
      await client.until((text) => text.endsWith('half of it'));
      if (how === 'resets') between.reset();
      else between.end();
      expect(await client.closed).toMatchObject({ code: 'ECONNRESET' });
    },
  );

  test('of a caller without close_notify break the pod', async () => {
    const pod = await startTlsPod((socket, all) => {
      if (all() === '*1\r\n') socket.write('pong');
    });
    const agent = await startTlsAgent(pod.port);
    const between = await startBetween(agent.port);
    const client = await openTls(between.port);
    client.write('*1\r\n');
    await client.until((text) => text === 'pong');
    const broken = new Promise((resolve) => pod.sockets[0]?.once('error', resolve));
    between.endBackwards();
    expect(await broken).toMatchObject({ code: 'ECONNRESET' });
  });
});

const startBetween = async (port: number) => {
  const sockets: (readonly [Socket, Socket])[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const other = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    other.on('error', () => {});
    sockets.push([socket, other]);
    socket.pipe(other, { end: false });
    other.pipe(socket, { end: false });
  });
  return {
    port: await listening(server),
    reset: () => sockets[0]?.[0].resetAndDestroy(),
    end: () => sockets[0]?.[0].end(),
    endBackwards: () => sockets[0]?.[1].end(),
  };
};

test('on drain a request that waits is answered before its connection ends, an idle one ends at once', async () => {
  const pod = await startTlsPod(() => {});
  const agent = await startTlsAgent(pod.port);
  const client = await openTls(agent.port);
  client.write(get('/slow'));
  await until(() => pod.text() === get('/slow'));
  const idle = await openTls(agent.port);
  idle.write(get('/x'));
  await until(() => pod.text().includes('/x'));
  pod.sockets[1]?.write(answer('x'));
  await idle.until((text) => text.endsWith('x'));
  const drained = agent.server.drain(0, 20_000);
  expect(await idle.closed).toBeUndefined();
  pod.sockets[0]?.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  expect(await client.closed).toBeUndefined();
  expect(client.text()).toBe('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok');
  await drained;
});

test('Node as caller and as pod: many requests on few connections', async () => {
  const server = createHttpsServer(makeCertificate(authority), (request, response) => {
    request.resume().once('end', () => response.end(`pod ${request.url}`));
  });
  const agent = await startTlsAgent(await listening(server));
  const connections = new Agent({ keepAlive: true, maxSockets: 8, ca: authority.cert });
  afterwards(() => connections.destroy());
  const ask = (path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      getHttps({ port: agent.port, host: 'localhost', path, agent: connections }, (response) => {
        let text = '';
        response.on('data', (bytes) => {
          text += bytes;
        });
        response.on('end', () => resolve(text));
      }).on('error', reject);
    });
  const paths = Array.from({ length: 400 }, (_, index) => `/${index}`);
  expect(await Promise.all(paths.map(ask))).toEqual(paths.map((path) => `pod ${path}`));
  expect(agent.tls.counts.accepted).toBeLessThanOrEqual(8);
});
