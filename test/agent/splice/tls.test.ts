import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectHttp2, createSecureServer } from 'node:http2';
import { Agent, createServer as createHttps, request } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { key as routingKey, rule, startAgent, type TestAgent } from '../start-agent.ts';
import { type Certificate, makeCertificate } from './certificate.ts';
import { missing, newFolder } from './program.ts';

const skipped = missing('openssl');

describe.skipIf(skipped !== '')(`TLS through an agent without certificate${skipped}`, () => {
  let own: Certificate;
  let caller: Certificate;
  let remove = (): void => {};
  const closers: (() => Promise<void> | void)[] = [];

  beforeAll(async () => {
    const folder = newFolder();
    remove = folder.remove;
    own = await makeCertificate(folder.path, 'shop.test');
    caller = await makeCertificate(folder.path, 'caller.test');
  });
  afterAll(() => remove());
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  const inFrontOf = async (server: Server): Promise<TestAgent> => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const agent = await startAgent(port);
    agent.rules(rule(port));
    closers.push(() => void server.close(), agent.server.close);
    return agent;
  };

  const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

  type Asked = { readonly text: string; readonly headers: NodeJS.Dict<string | string[]> };

  const ask = (agent: TestAgent, pool: Agent, path: string, body?: Buffer): Promise<Asked> =>
    new Promise((resolve, reject) => {
      const options = {
        ...{ host: '127.0.0.1', port: agent.port, path, agent: pool },
        ...{ ca: own.cert, servername: 'shop.test', headers: { 'x-byway-id': routingKey } },
        method: body === undefined ? 'GET' : 'POST',
      };
      const asking = request(options, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({ text: Buffer.concat(chunks).toString(), headers: answer.headers }),
        );
      });
      asking.on('error', reject);
      asking.end(body);
    });

  test('HTTP/1 in it is answered by the service, and gains nothing', async () => {
    const server = createHttps({ key: own.key, cert: own.cert }, (asked, answer) => {
      const chunks: Buffer[] = [];
      asked.on('data', (chunk: Buffer) => chunks.push(chunk));
      asked.on('end', () => answer.end(`${asked.url} ${hash(Buffer.concat(chunks))}`));
    });
    const agent = await inFrontOf(server);
    const pool = new Agent({ keepAlive: true, maxSockets: 1 });
    closers.push(() => pool.destroy());
    const body = randomBytes(5_000_000);
    expect((await ask(agent, pool, '/1')).text).toBe(`/1 ${hash(Buffer.alloc(0))}`);
    const { text, headers } = await ask(agent, pool, '/2', body);
    expect(text).toBe(`/2 ${hash(body)}`);
    expect(headers).not.toHaveProperty('x-byway-served-by');
    expect([...agent.table.all()].map((applied) => agent.table.seenBy(applied))).toEqual([0]);
  });

  test('HTTP/2 in it, negotiated by the two ends', async () => {
    const server = createSecureServer({ key: own.key, cert: own.cert }, (asked, answer) => {
      answer.end(`${asked.httpVersion} ${asked.url}`);
    });
    const agent = await inFrontOf(server);
    const session = connectHttp2(`https://127.0.0.1:${agent.port}`, {
      ca: own.cert,
      servername: 'shop.test',
    });
    closers.push(() => session.destroy());
    const answers = ['/1', '/2', '/3'].map(async (path) => {
      const stream = session.request({ ':path': path });
      let text = '';
      for await (const chunk of stream) text += String(chunk);
      return text;
    });
    expect(await Promise.all(answers)).toEqual(['2.0 /1', '2.0 /2', '2.0 /3']);
    expect(session.alpnProtocol).toBe('h2');
  });

  test('the name that the caller asks for and its own certificate reach the service', async () => {
    const server = createServer(
      { key: own.key, cert: own.cert, ca: caller.cert, requestCert: true },
      (socket: TLSSocket) => {
        const { CN } = socket.getPeerCertificate().subject;
        socket.end(`${String(Reflect.get(socket, 'servername'))} ${CN}`);
      },
    );
    const agent = await inFrontOf(server);
    const client = connect({
      ...{ host: '127.0.0.1', port: agent.port, ca: own.cert, servername: 'shop.test' },
      ...{ key: caller.key, cert: caller.cert },
    });
    let text = '';
    for await (const chunk of client) text += String(chunk);
    expect(text).toBe('shop.test caller.test');
    expect(client.authorized).toBe(true);
  });

  test('what is refused is refused by the two ends', async () => {
    const agent = await inFrontOf(createServer({ key: own.key, cert: own.cert }));
    const client = connect({ host: '127.0.0.1', port: agent.port, servername: 'other.test' });
    const [error] = (await once(client, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  });
});
