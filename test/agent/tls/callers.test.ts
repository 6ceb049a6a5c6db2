import { connect as connectTcp, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { handshakeMilliseconds } from '../../../src/agent/tls/limits.ts';
import { hello, record } from '../../protocol/tls/hello-bytes.ts';
import { makeAuthority, makeCertificate } from '../../support/certificate.ts';
import { openRawClient } from '../../support/raw-client.ts';
import { startRawServer } from '../../support/raw-server.ts';
import { until } from '../../support/until.ts';
import {
  afterwards,
  endWorld,
  http1,
  openTls,
  startTlsAgent,
  startTlsPod,
  type TlsAgent,
} from './world.ts';

afterEach(() => void vi.useRealTimers());
afterEach(endWorld);

const get = 'GET /a HTTP/1.1\r\nHost: a\r\n\r\n';

const world = async (options: Parameters<typeof startTlsAgent>[1] = {}): Promise<TlsAgent> => {
  const pod = await startTlsPod(http1('pod'));
  return await startTlsAgent(pod.port, options);
};

const servesOthers = async ({ port }: TlsAgent): Promise<void> => {
  const client = await openTls(port);
  client.write(get);
  await client.until((text) => text.endsWith('pod /a'));
};

/** The first flight of a real caller. */
const realHello = async (): Promise<Buffer> => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = address === null || typeof address === 'string' ? 0 : address.port;
  const caller = connectTls({ port, host: '127.0.0.1', servername: 'localhost' });
  caller.on('error', () => {});
  const bytes = await new Promise<Buffer>((resolve) => {
    server.once('connection', (socket) => {
      socket.on('error', () => {});
      socket.once('data', (data) => {
        socket.destroy();
        resolve(data);
      });
    });
  });
  caller.destroy();
  server.close();
  return bytes;
};

describe('a caller that is malformed is refused with an alert, and counted', () => {
  test.each([
    [
      'a hello that is none',
      record(Buffer.concat([Buffer.from([1, 0, 0, 4]), Buffer.alloc(4, 0xff)])),
    ],
    ['a hello of 17 KiB', record(Buffer.from([1, 0, 0x44, 0]))],
    [
      'a hello in a hundred records',
      Buffer.concat(Array.from({ length: 100 }, () => record(Buffer.from([1])))),
    ],
    ['garbage behind the start', Buffer.from([0x16, 3, 1, 0, 9, 1, 0, 0, 5, 9, 9, 9, 9, 9, 0xff])],
  ])('%s', async (_, bytes) => {
    const agent = await world();
    const client = await openRawClient(agent.port);
    client.write(bytes);
    expect(await client.closed).toBe('end');
    expect(client.bytes().toString('hex')).toBe('15030300020232');
    expect(agent.tls.counts.callerFailures.hello).toBe(1);
    client.socket.destroy();
    await servesOthers(agent);
  });
});

describe('a caller that breaks off is counted, and nobody else notices', () => {
  test('at every eighth byte of its hello, by an end and by a reset', async () => {
    const agent = await world();
    const bytes = await realHello();
    let count = 0;
    for (let length = 6; length < bytes.length; length += 8) {
      for (const how of ['end', 'resetAndDestroy'] as const) {
        const client = await openRawClient(agent.port);
        client.socket.write(bytes.subarray(0, length), () => client.socket[how]());
        await client.closed;
        client.socket.destroy();
        count += 1;
      }
    }
    await until(() => agent.tls.counts.callerFailures.gone === count);
    await servesOthers(agent);
    expect(agent.server.clients.open).toBeLessThanOrEqual(1);
  });

  test.each(['end', 'resetAndDestroy'] as const)('behind its hello, by %s', async (how) => {
    const agent = await world();
    const bytes = await realHello();
    for (let times = 0; times < 10; times++) {
      const client = await openRawClient(agent.port);
      client.write(bytes);
      if (times % 2 === 0) await client.until((text) => text.length > 100);
      client.socket[how]();
      await client.closed;
      client.socket.destroy();
    }
    const { counts } = agent.tls;
    await until(() => counts.callerFailures.gone === 10);
    await servesOthers(agent);
    await until(() => agent.server.clients.open <= 1);
  });
});

test('garbage instead of the second flight', async () => {
  const agent = await world();
  const bytes = await realHello();
  for (const rubbish of [
    Buffer.alloc(600, 7),
    record(Buffer.alloc(90, 3)),
    Buffer.from([0x17, 3, 3, 0, 2, 1, 1]),
  ]) {
    const client = await openRawClient(agent.port);
    client.write(bytes);
    await client.until((text) => text.length > 100);
    client.write(rubbish);
    await client.closed;
    client.socket.destroy();
  }
  expect(agent.tls.counts.callerFailures.handshake).toBe(3);
  await servesOthers(agent);
});

test('garbage inside an established connection breaks it and the way to the pod', async () => {
  const pod = await startTlsPod(http1('pod'));
  const agent = await startTlsAgent(pod.port);
  const socket = connectTcp(agent.port, '127.0.0.1');
  afterwards(() => socket.destroy());
  const client = await openTls(agent.port, { socket });
  client.write(get);
  await client.until((text) => text.endsWith('pod /a'));
  socket.write(Buffer.from([0x17, 3, 3, 0, 40, ...Buffer.alloc(40, 9)]));
  await client.closed;
  await until(() => pod.sockets[0]?.destroyed === true);
  await servesOthers(agent);
});

test.each([
  [
    'no version in common',
    { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' },
  ],
  ['no cipher in common', { maxVersion: 'TLSv1.2', ciphers: 'NULL-SHA256:@SECLEVEL=0' }],
  ['no trust in our certificate', { ca: makeAuthority().cert }],
] as const)('%s', async (_, options) => {
  const agent = await world();
  await expect(openTls(agent.port, options)).rejects.toThrow();
  await until(() => {
    const { handshake, gone } = agent.tls.counts.callerFailures;
    return handshake + gone + agent.tls.counts.accepted === 1;
  });
  await servesOthers(agent);
});

test('a caller may not begin its handshake anew', async () => {
  const agent = await world();
  const client = await openTls(agent.port, { maxVersion: 'TLSv1.2' });
  const refused = await new Promise((resolve) => {
    client.socket.renegotiate({}, resolve);
    void client.closed.then(resolve);
  });
  expect(refused).toBeInstanceOf(Error);
  await servesOthers(agent);
});

test.each([
  ['in its hello', 20],
  ['behind its hello', Number.POSITIVE_INFINITY],
])('a caller that stops %s has its time', async (_, length) => {
  const agent = await world();
  const bytes = await realHello();
  const client = await openRawClient(agent.port);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  client.write(bytes.subarray(0, length));
  if (length > 20) await turns(() => client.text().length > 100);
  else await turns(() => agent.server.clients.bytes().read === 20);
  vi.advanceTimersByTime(handshakeMilliseconds);
  await client.closed;
  await turns(() => agent.tls.counts.callerFailures.timeout === 1);
  vi.useRealTimers();
  client.socket.destroy();
  await servesOthers(agent);
});

const turns = async (satisfied: () => boolean): Promise<void> => {
  for (let count = 0; count < 100_000 && !satisfied(); count++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(satisfied()).toBe(true);
};

test('with room for two handshakes at once, sixty callers are all served in their turn', async () => {
  const agent = await world({ turns: 2 });
  await Promise.all(Array.from({ length: 60 }, () => servesOthers(agent)));
  expect(agent.tls.counts).toMatchObject({ accepted: 60, callerFailures: { gone: 0, timeout: 0 } });
});

describe('callers must show a certificate with --tls-client-ca', () => {
  const callers = makeAuthority('callers');

  test('one that it has signed is let in, also when it resumes its session', async () => {
    const agent = await world({ clientCa: callers.cert });
    const certified = makeCertificate(callers, { names: ['ada'] });
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const sessions: Buffer[] = [];
      const client = await openTls(agent.port, { ...certified, maxVersion });
      client.socket.on('session', (session) => sessions.push(session));
      client.write(get);
      await client.until((text) => text.endsWith('pod /a'));
      if (maxVersion === 'TLSv1.3') await until(() => sessions.length > 0);
      const session = sessions[0] ?? client.socket.getSession();
      client.socket.destroy();
      const again = await openTls(agent.port, {
        ...certified,
        maxVersion,
        ...(session && { session }),
      });
      expect(again.socket.isSessionReused()).toBe(true);
      again.write(get);
      await again.until((text) => text.endsWith('pod /a'));
    }
  });

  test.each([
    ['none', {}],
    ['one of another authority', makeCertificate(makeAuthority('callers'))],
    ['one that is over', makeCertificate(callers, { expired: true })],
    ['one that signs itself', makeAuthority('self')],
  ])('%s is refused before a byte reaches the pod', async (_, certified) => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const pod = await startTlsPod(http1('pod'));
      const agent = await startTlsAgent(pod.port, { clientCa: callers.cert });
      const { cert, key } = certified as { cert?: string; key?: string };
      const own = cert === undefined || key === undefined ? {} : { cert, key };
      const client = await openTls(agent.port, { ...own, maxVersion }).catch(() => undefined);
      client?.write(get);
      await client?.closed;
      expect(client?.text() ?? '').toBe('');
      await until(() => agent.tls.counts.callerFailures.client_certificate === 1);
      expect(pod.text()).toBe('');
      expect(agent.tls.counts.accepted).toBe(0);
    }
  });
});

test('what only looks like TLS at first goes through to the pod', async () => {
  const pod = await startRawServer((socket, all) => {
    if (all.length === 21) socket.write('answer');
  });
  afterwards(pod.close);
  const agent = await startTlsAgent(pod.port);
  const client = await openRawClient(agent.port);
  client.write('\x16');
  client.write('\x03');
  client.write('\x09 is something else');
  await client.until((text) => text === 'answer');
  expect(pod.received[0]?.toString('latin1')).toBe('\x16\x03\x09 is something else');
  expect(agent.tls.counts.callerFailures.hello).toBe(0);
  client.socket.destroy();
});

test('hello bytes of our own making get an answer, too', async () => {
  const agent = await world();
  const client = await openRawClient(agent.port);
  client.write(record(hello()));
  await client.closed;
  expect(client.bytes()[0]).toBe(0x15);
  expect(agent.tls.counts.callerFailures.handshake).toBe(1);
  client.socket.destroy();
});
