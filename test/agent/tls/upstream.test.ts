import { connect as connectHttp2 } from 'node:http2';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { upstreamMilliseconds } from '../../../src/agent/tls/limits.ts';
import { makeAuthority, makeCertificate } from '../../support/certificate.ts';
import { startRawServer } from '../../support/raw-server.ts';
import { until } from '../../support/until.ts';
import { ask } from '../http2/world.ts';
import { key, laptopOn, rule } from '../start-agent.ts';
import {
  afterwards,
  authority,
  endWorld,
  http1,
  listening,
  openTls,
  startGate,
  startTlsAgent,
  startTlsPod,
} from './world.ts';

afterEach(() => void vi.useRealTimers());
afterEach(endWorld);

const get = (path: string, ...lines: readonly string[]): string =>
  ['GET ', path, ' HTTP/1.1\r\nHost: a\r\n', ...lines.map((line) => `${line}\r\n`), '\r\n'].join(
    '',
  );

test('a service whose certificate the authority has signed is spoken to', async () => {
  const pod = await startTlsPod(http1('pod'));
  const agent = await startTlsAgent(pod.port, { upstreamCa: authority.cert });
  for (const servername of ['localhost', '']) {
    const client = await openTls(agent.port, { servername });
    client.write(get('/a'));
    await client.until((text) => text.endsWith('pod /a'));
  }
  expect(agent.tls.counts.connected).toBe(2);
});

describe('a service that can not be verified gets no byte, and callers are told why', () => {
  const stranger = makeAuthority('another authority');
  test.each([
    ['another authority', makeCertificate(stranger), 'not signed by --upstream-ca'],
    ['another name', makeCertificate(authority, { names: ['else.test'] }), 'for another name'],
    ['an end that is over', makeCertificate(authority, { expired: true }), 'has expired'],
    ['no authority at all', makeAuthority('itself'), 'is signed by itself'],
  ])('%s', async (_, certified, words) => {
    const pod = await startTlsPod(http1('pod'), certified);
    const laptop = await startRawServer((socket, all) => http1('laptop')(socket, () => `${all}`));
    afterwards(laptop.close);
    const agent = await startTlsAgent(pod.port, {
      upstreamCa: authority.cert,
      divert: laptopOn(laptop.port),
    });
    agent.rules(rule(pod.port));
    const client = await openTls(agent.port);
    client.write(get('/a', `x-byway-id: ${key}`));
    await client.until((text) => text.endsWith('laptop /a'));
    client.write(get('/b'));
    expect(await client.closed).toBeUndefined();
    const [, , answer = ''] = client.text().split('HTTP/1.1 ');
    expect(answer).toMatch(/^502 Bad Gateway\r\n/);
    expect(answer).toContain('Connection: close'.toLowerCase());
    expect(answer).not.toContain('x-byway');
    expect(answer).toContain(words);
    expect(pod.text()).toBe('');
    expect(agent.tls.counts.upstreamFailures.certificate).toBe(1);
    expect(agent.tls.counts.connected).toBe(0);
    const { accepted } = agent.tls.counts;
    expect(accepted).toBe(1);
  });

  test.each([
    ['HEAD', 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n', /\r\n\r\n$/],
    [
      'a body that is announced',
      'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n',
      /\n$/,
    ],
    ['an upgrade', get('/', 'Connection: Upgrade', 'Upgrade: websocket'), /\n$/],
    ['a method that Node has never heard of', 'ODD / HTTP/1.1\r\nHost: a\r\n\r\n', undefined],
  ])('of %s', async (_, request, end) => {
    const pod = await startTlsPod(http1('pod'), makeCertificate(stranger));
    const agent = await startTlsAgent(pod.port, { upstreamCa: authority.cert });
    const client = await openTls(agent.port);
    client.write(request);
    await client.closed;
    if (end === undefined) expect(client.text()).not.toContain('200');
    else expect(client.text()).toMatch(/^HTTP\/1.1 502 Bad Gateway\r\n/);
    if (end !== undefined) expect(client.text()).toMatch(end);
  });

  test('in HTTP/2', async () => {
    const pod = await startTlsPod(http1('pod'), makeCertificate(stranger));
    const agent = await startTlsAgent(pod.port, { upstreamCa: authority.cert });
    const client = await openTls(agent.port, { ALPNProtocols: ['h2'] });
    client.socket.removeAllListeners('data');
    const session = connectHttp2('https://localhost', { createConnection: () => client.socket });
    afterwards(() => session.destroy());
    const { status, body, headers } = await ask(session, { ':path': '/' });
    expect(status).toBe(502);
    expect(headers['x-byway-served-by']).toBeUndefined();
    expect(body.toString()).toContain('not signed by --upstream-ca');
  });

  test('what is not HTTP gets no answer and its connection ends', async () => {
    const pod = await startTlsPod(http1('pod'), makeCertificate(stranger));
    const agent = await startTlsAgent(pod.port, { upstreamCa: authority.cert });
    const client = await openTls(agent.port);
    client.write('*1\r\n');
    await client.closed;
    expect(client.text() + pod.text()).toBe('');
  });

  test('and it is said in the log, without a word of a request', async () => {
    const pod = await startTlsPod(http1('pod'), makeCertificate(stranger));
    const agent = await startTlsAgent(pod.port, { upstreamCa: authority.cert });
    vi.useFakeTimers({ toFake: ['performance'] });
    vi.advanceTimersByTime(10 * 60_000);
    const client = await openTls(agent.port);
    client.write(get('/secret'));
    await client.closed;
    expect(agent.warned).toHaveLength(1);
    expect(JSON.stringify(agent.warned)).toMatch(/not signed by --upstream-ca/);
  });
});

describe('a service that is no partner in TLS', () => {
  test('speaks plain HTTP', async () => {
    const pod = await startRawServer(
      (socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    );
    afterwards(pod.close);
    const agent = await startTlsAgent(pod.port);
    const client = await openTls(agent.port);
    client.write(get('/a'));
    await client.closed;
    expect(client.text()).toContain('it does not speak TLS on this port');
    expect(agent.tls.counts.upstreamFailures.handshake).toBe(1);
  });

  test('hangs up', async () => {
    const pod = await startRawServer((socket) => void socket.resetAndDestroy());
    afterwards(pod.close);
    const agent = await startTlsAgent(pod.port);
    const client = await openTls(agent.port);
    client.write(get('/a'));
    await client.closed;
    expect(client.text()).toContain('in the middle of the handshake');
  });

  test('never answers: after its time the caller is served without it', async () => {
    const pod = await startRawServer();
    afterwards(pod.close);
    const agent = await startTlsAgent(pod.port);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const opening = openTls(agent.port);
    await untilReal(() => (pod.received[0]?.length ?? 0) > 0);
    vi.advanceTimersByTime(upstreamMilliseconds);
    const client = await opening;
    client.write(get('/a'));
    await client.closed;
    expect(client.text()).toContain('did not finish the handshake within 5 s');
    expect(agent.tls.counts.upstreamFailures.timeout).toBe(1);
  });

  test('is not there: the laptop answers, others are reset, and later ones find it', async () => {
    const laptop = await startRawServer((socket, all) => http1('laptop')(socket, () => `${all}`));
    const { port } = await startTlsPod(() => {});
    await endWorld();
    afterwards(laptop.close);
    const agent = await startTlsAgent(port, { divert: laptopOn(laptop.port) });
    agent.rules(rule(port));
    const client = await openTls(agent.port);
    client.write(get('/a', `x-byway-id: ${key}`));
    await client.until((text) => text.endsWith('laptop /a'));
    client.write(get('/b'));
    expect(await client.closed).toMatchObject({ code: 'ECONNRESET' });
    expect(agent.tls.counts.upstreamFailures.connect).toBe(3);
  });

  test('drops its idle connection: the next request finds another', async () => {
    const pod = await startTlsPod(http1('pod'));
    const laptop = await startRawServer((socket, all) => http1('laptop')(socket, () => `${all}`));
    afterwards(laptop.close);
    const agent = await startTlsAgent(pod.port, {
      divert: laptopOn(laptop.port),
      upstreamCa: authority.cert,
    });
    agent.rules(rule(pod.port));
    const client = await openTls(agent.port, { ALPNProtocols: ['http/1.1'] });
    client.write(get('/a', `x-byway-id: ${key}`));
    await client.until((text) => text.endsWith('laptop /a'));
    await until(() => pod.sockets.length === 1);
    pod.sockets[0]?.end();
    await until(() => pod.sockets[0]?.destroyed === true);
    client.write(get('/b'));
    await client.until((text) => text.endsWith('pod /b'));
    expect(pod.sockets).toHaveLength(2);
  });
});

describe('a service that wants a certificate of the agent', () => {
  const wanting = { requestCert: true, rejectUnauthorized: true, ca: authority.cert };

  test('gets it', async () => {
    const pod = await startTlsPod(http1('pod'), wanting);
    const upstream = makeCertificate(authority, { names: ['agent'] });
    const agent = await startTlsAgent(pod.port, { upstreamCa: authority.cert, upstream });
    const client = await openTls(agent.port);
    client.write(get('/a'));
    await client.until((text) => text.endsWith('pod /a'));
    expect(pod.sockets[0]?.getPeerCertificate().subject.CN).toBe('agent');
  });

  test.each([
    ['none', undefined],
    ['one of another authority', makeCertificate(makeAuthority(), { names: ['agent'] })],
  ])('refuses %s: the caller is not answered, and it is counted', async (_, upstream) => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const pod = await startTlsPod(http1('pod'), { ...wanting, maxVersion });
      const agent = await startTlsAgent(pod.port, {
        upstreamCa: authority.cert,
        ...(upstream === undefined ? {} : { upstream }),
      });
      const client = await openTls(agent.port);
      client.write(get('/a'));
      await client.closed;
      expect(client.text()).not.toContain('200');
      expect(pod.text()).toBe('');
      expect(agent.tls.counts.upstreamFailures.handshake).toBeGreaterThan(0);
    }
  });
});

test('an unused connection to the service that is cut before TLS begins is dialled again', async () => {
  let count = 0;
  const pod = await startTlsPod(http1('pod'));
  const between = createServer((socket) => {
    count += 1;
    if (count === 1) {
      socket.once('data', () => {});
      socket.resetAndDestroy();
      return;
    }
    const other = connect(pod.port, '127.0.0.1');
    socket.pipe(other).pipe(socket);
  });
  const agent = await startTlsAgent(await listening(between));
  const early = connect(agent.port, '127.0.0.1');
  afterwards(() => early.destroy());
  await until(() => count === 1);
  const client = await openTls(agent.port, { socket: early });
  client.write(get('/a'));
  await client.until((text) => text.endsWith('pod /a'));
});

test.each<readonly [string, (socket: Socket) => void]>([
  ['ends', (socket) => void socket.end()],
  ['speaks', (socket) => void socket.write('220 mail ready')],
  ['breaks', (socket) => void socket.resetAndDestroy()],
])('a service that %s in the middle of a hello is dialled again', async (_, act) => {
  const waiting: Socket[] = [];
  const pod = await startTlsPod(http1('pod'));
  const between = createServer({ allowHalfOpen: true }, (socket) => {
    if (waiting.push(socket) === 1) return;
    socket.pipe(connect(pod.port, '127.0.0.1')).pipe(socket);
  });
  const agent = await startTlsAgent(await listening(between));
  const gate = await startGate(agent.port, 20);
  const opening = openTls(gate.port);
  await until(() => agent.server.clients.bytes().read === 20 && waiting.length === 1);
  const [first] = waiting;
  const gone = new Promise((resolve) => first?.once('close', resolve).resume());
  if (first !== undefined) act(first);
  await gone;
  gate.open();
  const client = await opening;
  client.write(get('/a'));
  await client.until((text) => text.endsWith('pod /a'));
  expect(waiting).toHaveLength(2);
});

test('a service that breaks before its caller has finished the handshake is dialled again', async () => {
  const pod = await startTlsPod(http1('pod'));
  const agent = await startTlsAgent(pod.port);
  const gate = await startGate(agent.port, Number.POSITIVE_INFINITY);
  const opening = openTls(gate.port);
  await until(() => gate.held() > 0 && pod.sockets.length === 1);
  pod.sockets[0]?.destroy();
  await until(() => agent.tls.counts.upstreamFailures.handshake === 1);
  gate.open();
  const client = await opening;
  client.write(get('/a'));
  await client.until((text) => text.endsWith('pod /a'));
  expect(pod.sockets).toHaveLength(2);
});

/** As `until`, while the timers of this process are not real. */
const untilReal = async (satisfied: () => boolean): Promise<void> => {
  for (let turns = 0; turns < 100_000 && !satisfied(); turns++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(satisfied()).toBe(true);
};
