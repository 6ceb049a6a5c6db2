import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { connectTo } from '../../src/tunnel/connect.ts';
import { ConnectFault } from '../../src/tunnel/connect-fault.ts';
import { requestOn } from '../../src/tunnel/request-on.ts';
import type { Way } from '../../src/tunnel/way.ts';
import { createAuthority, type Pair, selfSigned, type Wanted } from '../support/authority.ts';
import { type ProxyOptions, startProxy } from '../support/proxy.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const authority = createAuthority();
const never = new AbortController().signal;
const dayMs = 24 * 60 * 60 * 1000;

/** An HTTP server on a free port, in TLS with a certificate. */
const serve = async (certificate?: Pair): Promise<number> => {
  const hello: RequestListener = ({ url }, response) => response.end(`hello ${url}`);
  const server =
    certificate === undefined ? createServer(hello) : createSecureServer(certificate, hello);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
};

const proxy = async (options: ProxyOptions) => {
  const started = await startProxy(options);
  cleanUps.push(started.stop);
  return started;
};

const answerOver = async (way: Way): Promise<string> => {
  const socket = await connectTo(way, never);
  cleanUps.push(() => socket.destroy());
  const request = requestOn(socket, {
    method: 'GET',
    path: '/a',
    headers: { host: way.manager.host, connection: 'close' },
  });
  request.end();
  const [answer] = await once(request, 'response');
  let text = '';
  for await (const chunk of answer) text += chunk;
  return text;
};

const failureOf = async (way: Way, signal: AbortSignal = never): Promise<ConnectFault> => {
  const error = await connectTo(way, signal).then(
    () => new Error('it connected'),
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(ConnectFault);
  expect(error).toMatchObject({ kind: 'unreachable' });
  return error as ConnectFault;
};

const secure = async (wanted: Wanted, from = authority): Promise<Way> => ({
  manager: new URL(`https://127.0.0.1:${await serve(from.issue(wanted))}`),
  ca: authority.ca,
});

describe('certificates', () => {
  const names = ['127.0.0.1'];

  test('one that the given authority signed for this host is good', async () => {
    expect(await answerOver(await secure({ names }))).toBe('hello /a');
  });

  test('without the authority it is refused, and what to do is said', async () => {
    const { manager } = await secure({ names });
    const { message, hint } = await failureOf({ manager });
    expect(message).toContain(`${manager.host} is signed by nobody that this machine trusts`);
    expect(hint).toContain('--ca FILE');
  });

  test('one of another host names those that it is for', async () => {
    const way = await secure({ names: ['byway.example.com', '*.example.org', '10.0.0.1'] });
    const { message } = await failureOf(way);
    expect(message).toContain(
      'is for byway.example.com, *.example.org, 10.0.0.1, not for 127.0.0.1',
    );
  });

  test('names that would steer a terminal are not repeated', async () => {
    const { message } = await failureOf(await secure({ names: ['a\u001b[2Jb', 'good.example'] }));
    expect(message).toContain('is for good.example, not for');
    expect(message).not.toContain('\u001b');
  });

  test('one that has expired says so, and one of tomorrow', async () => {
    const now = Date.now();
    const old = await secure({
      names,
      notBefore: new Date(now - 3 * dayMs),
      notAfter: new Date(now - dayMs),
    });
    expect((await failureOf(old)).message).toContain('has expired');
    const early = await secure({
      names,
      notBefore: new Date(now + dayMs),
      notAfter: new Date(now + 2 * dayMs),
    });
    expect((await failureOf(early)).message).toContain('is not valid yet');
  });

  test('one that is signed by itself, or by an authority of the same name, is refused', async () => {
    const manager = new URL(`https://127.0.0.1:${await serve(selfSigned({ names }))}`);
    expect((await failureOf({ manager, ca: authority.ca })).message).toContain(
      'is signed by itself',
    );
    const imitated = await secure({ names }, createAuthority());
    expect((await failureOf(imitated)).message).toContain('is signed by nobody');
  });

  test('a server without TLS is told from one with a bad certificate', async () => {
    const manager = new URL(`https://127.0.0.1:${await serve()}`);
    expect((await failureOf({ manager })).message).toContain('does not speak TLS');
  });
});

describe('through a proxy', () => {
  const manager = new URL('http://manager.test:7070');

  test('its own names are looked up there, in plain and in TLS, by a plain and a TLS proxy', async () => {
    const certificate = authority.issue({ names: ['manager.test'] });
    const ports = {
      'manager.test:7070': await serve(),
      'manager.test:443': await serve(certificate),
    };
    const plain = await proxy({ ports });
    const inTls = await proxy({ ports, tls: authority.issue({ names: ['127.0.0.1'] }) });
    const https = new URL('https://manager.test');
    for (const { url, asked } of [plain, inTls]) {
      expect(await answerOver({ manager, ca: authority.ca, proxy: url })).toBe('hello /a');
      expect(await answerOver({ manager: https, ca: authority.ca, proxy: url })).toBe('hello /a');
      expect(asked).toEqual(['manager.test:7070', 'manager.test:443']);
    }
  });

  test('the certificate must be the manager’s, not the proxy’s', async () => {
    const ports = { 'manager.test:443': await serve(authority.issue({ names: ['127.0.0.1'] })) };
    const { url } = await proxy({ ports });
    const way = { manager: new URL('https://manager.test'), ca: authority.ca, proxy: url };
    expect((await failureOf(way)).message).toContain('is for 127.0.0.1, not for manager.test');
  });

  test('a TLS proxy that nobody vouches for is refused before it is told anything', async () => {
    const { url, asked } = await proxy({ ports: {}, tls: selfSigned({ names: ['127.0.0.1'] }) });
    const { message } = await failureOf({ manager, proxy: withCredentials(url) });
    expect(message).toContain('is signed by itself');
    expect(asked).toEqual([]);
  });

  test('its user and password come from its address, decoded', async () => {
    const ports = { 'manager.test:7070': await serve() };
    const { url } = await proxy({ ports, credentials: 'ada:s%cr:t' });
    url.username = 'ada';
    url.password = 's%25cr:t';
    expect(await answerOver({ manager, proxy: url })).toBe('hello /a');
  });

  const withCredentials = (url: URL): URL => {
    const full = new URL(url);
    full.username = 'lovelace';
    full.password = 'hunter2';
    return full;
  };

  test.each([
    ['407', { answer: 407 }, 'does not accept the user and password', 'HTTPS_PROXY=http://USER:'],
    [
      '403',
      { answer: 403 },
      'does not allow connections to manager.test:7070',
      'NO_PROXY=manager.test',
    ],
    ['502', { answer: 502 }, 'answers 502 to connections', 'NO_PROXY=manager.test'],
    ['nothing', { answer: 'nothing' }, 'does not answer', 'NO_PROXY=manager.test'],
  ] as const)(
    'an answer of %s is told without the password',
    async (_, options, text, hint) => {
      const { url } = await proxy({ ports: {}, ...options });
      const fault = await failureOf({ manager, proxy: withCredentials(url) });
      expect(fault.message).toContain(`The proxy ${url.host} ${text}`);
      expect(fault.hint).toContain(hint);
      const all = `${fault.message}${fault.hint}${fault.stack}${JSON.stringify(fault)}${fault.cause}`;
      expect(all).not.toMatch(/hunter2|lovelace/);
    },
    10_000,
  );

  test('without a user it says that one is wanted', async () => {
    const { url } = await proxy({ ports: {}, credentials: 'ada:secret' });
    expect((await failureOf({ manager, proxy: url })).message).toContain('wants a user');
  });

  test('one that is not there, breaks off or speaks something else is named', async () => {
    const gone = new URL('http://127.0.0.1:1');
    expect((await failureOf({ manager, proxy: gone })).message).toContain(
      "The proxy 127.0.0.1:1 can't be reached (ECONNREFUSED)",
    );
    expect((await failureOf({ manager, proxy: await speaking('') })).message).toContain(
      'broke off',
    );
    expect((await failureOf({ manager, proxy: await speaking('SSH-2.0\r\n') })).message).toContain(
      'does not speak HTTP',
    );
  });

  test('an abort ends the wait for it, with the reason of the abort', async () => {
    const { url, asked } = await proxy({ ports: {}, answer: 'nothing' });
    const stop = new AbortController();
    const reason = new Error('enough');
    const connecting = connectTo({ manager, proxy: url }, stop.signal);
    await expect.poll(() => asked.length).toBe(1);
    stop.abort(reason);
    await expect(connecting).rejects.toBe(reason);
  });
});

/** A server that says this to each request, and then ends the connection. */
const speaking = async (bytes: string): Promise<URL> => {
  const server = createTcpServer((socket: Socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(bytes));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => server.close());
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
};
