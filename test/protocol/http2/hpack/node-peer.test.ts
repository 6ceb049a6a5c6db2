import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  createServer as createHttp2Server,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  sensitiveHeaders,
} from 'node:http2';
import { type AddressInfo, connect as connectSocket, createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Field } from '../../../../src/protocol/http2/hpack/field.ts';
import { staticFields } from '../../../../src/protocol/http2/hpack/static-table.ts';
import { FramePeer } from './frame-peer.ts';

// node:http2 has an HPACK of its own, which knows nothing of ours.

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

const listen = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endings.push(() => server.close());
  return (server.address() as AddressInfo).port;
};

// These say something about the message, and node:http2 holds one to it.
const unsuited = new Set(['content-length', 'host', 'transfer-encoding']);
const names = [
  ...new Set(staticFields.map(({ name }) => name)),
  'x',
  'x-byway-id',
  `x-${'long'.repeat(40)}`,
].filter((name) => !name.startsWith(':') && !unsuited.has(name));

const values = [
  '1',
  'gzip, deflate',
  '"quoted"; a=b; !#$%&\'*+-.^_`|~',
  '\u00e9\u00ff\u0080 octets',
  'v'.repeat(700),
  'w'.repeat(4100),
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  '[\\]{}<>?@^/:,()=',
];

/** The headers of request number `round`: some for the first time, some again, some secret. */
const headersOf = (round: number): Record<string, string> => {
  const chosen: Record<string, string> = {};
  for (let at = 0; at < 9; at++) {
    const name = names[(round * 5 + at * at) % names.length] as string;
    chosen[name] = values[(round + at * 3) % values.length] as string;
  }
  chosen['user-agent'] = 'always/1';
  chosen['x-secret'] = `token-${round % 3}`;
  return chosen;
};

/** Besides what it is told, node:http2 lets nobody index credentials and short cookies. */
const namesOfSecrets = (headers: Record<string, string>): readonly string[] =>
  Object.entries(headers)
    .filter(([name, { length }]) => secretNames.has(name) || (name === 'cookie' && length < 20))
    .map(([name]) => name);
const secretNames = new Set(['x-secret', 'authorization']);

/** A server of ours that answers every request with the very fields that came with it. */
const echo = async (tableBytesMax: number): Promise<{ port: number; peers: FramePeer[] }> => {
  const peers: FramePeer[] = [];
  const port = await listen(
    createServer((socket) => {
      endings.push(() => socket.destroy());
      const onFields = (stream: number, fields: readonly Field[]): void => {
        const passed = fields.filter(({ name }) => !name.startsWith(':'));
        peer.send(stream, [new Field(':status', '200'), ...passed]);
      };
      const peer = new FramePeer(socket, { isServer: true, tableBytesMax, onFields });
      peers.push(peer);
    }),
  );
  return { port, peers };
};

const clientOf = async (port: number, tableBytes: number): Promise<ClientHttp2Session> => {
  const client = connect(`http://127.0.0.1:${port}`, {
    maxDeflateDynamicTableSize: 65_536,
    settings: { headerTableSize: tableBytes },
  });
  endings.push(() => client.destroy());
  await once(client, 'remoteSettings');
  return client;
};

const exchange = async (
  client: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
): Promise<IncomingHttpHeaders> => {
  const stream = client.request(headers).end();
  const [answer] = (await once(stream, 'response')) as [IncomingHttpHeaders];
  stream.resume();
  await once(stream, 'close');
  return answer;
};

const secretsOf = (headers: IncomingHttpHeaders): readonly string[] =>
  (headers as { [sensitiveHeaders]?: string[] })[sensitiveHeaders] ?? [];

test.each([
  [4096, 4096],
  [65_536, 65_536],
  [4096, 0],
  [0, 4096],
  [100, 300],
  [300, 100],
])('a client of node:http2 with tables of %d and %d bytes', async (ours, theirs) => {
  const { port, peers } = await echo(ours);
  const client = await clientOf(port, theirs);
  for (let round = 0; round < 60; round++) {
    const headers = headersOf(round);
    const secret = { [sensitiveHeaders]: ['x-secret'] };
    const answer = await exchange(client, { ...headers, ...secret, ':path': `/${round % 7}` });
    expect(plainOf(answer)).toEqual({ ':status': '200', ...headers });
    expect(secretsOf(answer)).toEqual(namesOfSecrets(headers));
  }
  const [peer] = peers;
  expect(peer?.fault).toBeUndefined();
  expect(peer?.decoder.table.bytesMax).toBe(ours);
  expect(peer?.encoder.table.bytesMax).toBe(Math.min(theirs, 4096));
});

// Without the symbol; a name that may come only once is as it was, others are lists.
const plainOf = (headers: IncomingHttpHeaders): Record<string, unknown> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

test('a client of node:http2 that changes the size of its table as it goes', async () => {
  const { port, peers } = await echo(4096);
  const client = await clientOf(port, 4096);
  for (const [round, headerTableSize] of [50, 4096, 0, 1000, 400, 65_536, 64].entries()) {
    client.settings({ headerTableSize });
    await once(client, 'localSettings');
    for (let again = 0; again < 4; again++) {
      const headers = headersOf(round * 4 + (again % 3));
      expect(plainOf(await exchange(client, headers))).toEqual({ ':status': '200', ...headers });
    }
    expect(peers[0]?.encoder.table.bytesMax).toBe(Math.min(headerTableSize, 4096));
  }
});

test('a server of node:http2 reads what we encode, and we what it answers', async () => {
  const server = createHttp2Server({ settings: { headerTableSize: 1000 } });
  server.on('stream', (stream, headers) => {
    const { ':path': path, ':method': method, ...rest } = headers;
    for (const name of Object.keys(rest)) if (name.startsWith(':')) delete rest[name];
    const secret = { [sensitiveHeaders]: [...secretsOf(headers)] };
    const answer: OutgoingHttpHeaders = { ...rest, ...secret, ':status': 200 };
    stream.respond({ ...answer, 'x-asked': `${method} ${path}` }, { endStream: true });
  });
  const socket = connectSocket(await listen(server), '127.0.0.1');
  endings.push(() => socket.destroy());
  const answers = new Map<number, readonly Field[]>();
  let arrived = (): void => undefined;
  const onFields = (stream: number, fields: readonly Field[]): void => {
    answers.set(stream, fields);
    arrived();
  };
  const peer = new FramePeer(socket, { isServer: false, tableBytesMax: 4096, onFields });
  socket.on('close', () => arrived());
  for (let round = 0; round < 60; round++) {
    const stream = round * 2 + 1;
    const headers = headersOf(round);
    await new Promise<void>((resolve) => {
      arrived = resolve;
      peer.send(stream, requestOf(headers, round));
    });
    const answer = answers.get(stream) ?? [];
    expect(Object.fromEntries(answer.map(({ name, value }) => [name, value]))).toMatchObject({
      ...headers,
      ':status': '200',
      'x-asked': `GET /${round % 7}`,
    });
    const secrets = answer.filter(({ indexing }) => indexing === 'never');
    expect(secrets.map(({ name }) => name)).toEqual(namesOfSecrets(headers));
  }
  expect(peer.fault).toBeUndefined();
  expect(peer.encoder.table.bytesMax).toBe(1000);
});

const requestOf = (headers: Record<string, string>, round: number): readonly Field[] => [
  new Field(':method', 'GET'),
  new Field(':scheme', 'http'),
  new Field(':authority', 'shop'),
  new Field(':path', `/${round % 7}`, 'plain'),
  ...Object.entries(headers).map(
    ([name, value]) => new Field(name, value, name === 'x-secret' ? 'never' : 'add'),
  ),
];
