import { connect, createSecureServer, type Http2SecureServer } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { makeCertificate } from '../../support/certificate.ts';
import { ask, endWorld as endPlain, startServer } from '../http2/world.ts';
import { key, laptopOn, rule } from '../start-agent.ts';
import {
  afterwards,
  authority,
  endWorld,
  http1,
  listening,
  openTls,
  startTlsAgent,
  startTlsPod,
} from './world.ts';

afterEach(endWorld);
afterEach(endPlain);

const startHttp2Pod = async (): Promise<number> => {
  const server: Http2SecureServer = createSecureServer(makeCertificate(authority));
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.respond({ ':status': 200, 'x-from': 'pod' });
    stream.pipe(stream);
  });
  return await listening(server);
};

const openHttp2 = async (port: number) => {
  const session = connect(`https://localhost:${port}`, { ca: authority.cert, lookup: toLoopback });
  session.on('error', () => {});
  afterwards(() => session.destroy());
  await new Promise((resolve, reject) => session.once('connect', resolve).once('error', reject));
  return session;
};

// Where the name has an address of IPv6 first, nobody listens there.
const toLoopback = ((
  _name: string,
  options: { all?: boolean },
  done: (...args: unknown[]) => void,
) =>
  options.all === true
    ? done(null, [{ address: '127.0.0.1', family: 4 }])
    : done(null, '127.0.0.1', 4)) as never;

describe('HTTP/2', () => {
  test('each stream goes where it belongs', async () => {
    const pod = await startHttp2Pod();
    const laptop = await startServer('laptop');
    const agent = await startTlsAgent(pod, { divert: laptopOn(laptop.port) });
    agent.rules(rule(pod));
    const session = await openHttp2(agent.port);
    const body = Buffer.alloc(200_000, 'abc');
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const marked = index % 2 === 1 ? { 'x-byway-id': key } : {};
        return ask(session, { ':method': 'POST', ':path': `/${index}`, ...marked }, body);
      }),
    );
    for (const [index, { headers, body: echoed, whole }] of all.entries()) {
      const isMarked = index % 2 === 1;
      expect(headers['x-from']).toBe(isMarked ? 'laptop' : 'pod');
      expect(headers['x-byway-served-by']).toBe(isMarked ? 'pricing@ada-laptop' : undefined);
      expect(echoed.equals(body) && whole).toBe(true);
    }
    expect(agent.tls.counts).toMatchObject({ accepted: 1, connected: 1 });
  });

  test('the laptop answers while the pod is down, and other streams are refused as without TLS', async () => {
    const dead = await startTlsPod(() => {});
    await endWorld();
    const laptop = await startServer('laptop');
    const agent = await startTlsAgent(dead.port, { divert: laptopOn(laptop.port) });
    agent.rules(rule(dead.port));
    const session = await openHttp2(agent.port);
    const matched = await ask(session, { ':path': '/', 'x-byway-id': key });
    expect(matched.headers['x-from']).toBe('laptop');
    const other = await ask(session, { ':path': '/' });
    expect(other).toMatchObject({ status: undefined, code: 7 });
    expect(agent.tls.counts.upstreamFailures.connect).toBeGreaterThan(0);
  });
});

describe('the caller is told what the service itself has chosen', () => {
  test.each<
    readonly [string, readonly string[] | undefined, readonly string[] | undefined, string | false]
  >([
    ['HTTP/1.1 only', ['http/1.1'], ['h2', 'http/1.1'], 'http/1.1'],
    ['HTTP/2', ['h2', 'http/1.1'], ['h2', 'http/1.1'], 'h2'],
    ['its own order', ['http/1.1', 'h2'], ['h2', 'http/1.1'], 'http/1.1'],
    ['another protocol', ['postgresql'], ['postgresql'], 'postgresql'],
    ['nothing, though asked', undefined, ['h2', 'http/1.1'], false],
    ['nothing, not asked', ['h2', 'http/1.1'], undefined, false],
  ])('%s', async (_, spoken, offered, chosen) => {
    const pod = await startTlsPod(
      http1('pod'),
      spoken === undefined ? {} : { ALPNProtocols: [...spoken] },
    );
    const agent = await startTlsAgent(pod.port);
    const client = await openTls(
      agent.port,
      offered === undefined ? {} : { ALPNProtocols: [...offered] },
    );
    expect(client.socket.alpnProtocol).toBe(chosen);
    expect(pod.sockets[0]?.alpnProtocol).toBe(chosen);
    client.write('GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.until((text) => text.endsWith('pod /a'));
  });

  test.each([
    [['http/1.1', 'h2'], 'h2'],
    [['http/1.1'], 'http/1.1'],
    [['acme'], false],
  ])('and while it is down, of %j: %s', async (offered, chosen) => {
    const pod = await startTlsPod(() => {});
    await endWorld();
    const agent = await startTlsAgent(pod.port);
    const client = await openTls(agent.port, { ALPNProtocols: offered });
    expect(client.socket.alpnProtocol).toBe(chosen);
  });
});

test.each(['shop.test', 'localhost', undefined])(
  'the service is asked for the name that the caller asked for: %s',
  async (name) => {
    const certified = makeCertificate(authority, {
      names: ['shop.test', 'localhost', '127.0.0.1'],
    });
    const asked: unknown[] = [];
    const pod = await startTlsPod((socket, all) => {
      asked[0] = (socket as unknown as { servername: unknown }).servername;
      http1('pod')(socket, all);
    });
    const agent = await startTlsAgent(pod.port, { certified });
    const client = await openTls(agent.port, { servername: name ?? '' });
    client.write('GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.until((text) => text.endsWith('pod /a'));
    expect(asked).toEqual([name ?? false]);
  },
);

describe('what is not HTTP inside is passed on', () => {
  test('a server that speaks first, as those of mail do', async () => {
    const pod = await startTlsPod((socket, all) => {
      if (all() === '') socket.write('220 mail ready\r\n');
      else if (all().endsWith('QUIT\r\n')) socket.end('221 bye\r\n');
    });
    const agent = await startTlsAgent(pod.port);
    const client = await openTls(agent.port);
    await client.until((text) => text === '220 mail ready\r\n');
    client.write('QUIT\r\n');
    expect(await client.closed).toBeUndefined();
    expect(client.text()).toBe('220 mail ready\r\n221 bye\r\n');
  });

  test('a caller that speaks first, 4 MB of it and back', async () => {
    const pod = await startTlsPod((socket, all) => {
      if (all() === '') socket.pipe(socket);
    });
    const agent = await startTlsAgent(pod.port);
    const client = await openTls(agent.port);
    const bytes = `*1\r\n${'0123456789abcdef'.repeat(256 * 1024)}`;
    client.write(bytes);
    const echoed = await client.until((text) => text.length >= bytes.length);
    expect(echoed === bytes).toBe(true);
  });

  test('TLS once more is not taken apart again', async () => {
    const pod = await startTlsPod((socket, all) => {
      if (all().length > 6) socket.write(`got ${all().charCodeAt(0)}`);
    });
    const agent = await startTlsAgent(pod.port);
    const client = await openTls(agent.port);
    client.write('\x16\x03\x01\x00\x05\x01\x00\x00\x00\x00');
    await client.until((text) => text === 'got 22');
  });

  test('a connection that was opened in advance', async () => {
    const pod = await startTlsPod(http1('pod'));
    const agent = await startTlsAgent(pod.port);
    const silent = connectTcp(agent.port, '127.0.0.1');
    afterwards(() => silent.destroy());
    const client = await openTls(agent.port, { socket: silent });
    client.write('GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.until((text) => text.endsWith('pod /a'));
  });
});
