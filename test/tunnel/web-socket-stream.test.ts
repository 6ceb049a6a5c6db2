import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { acceptWebSocket } from '../../src/tunnel/accept-web-socket.ts';
import { messageBytesMax } from '../../src/tunnel/limits.ts';
import { openWebSocket } from '../../src/tunnel/open-web-socket.ts';
import type { WebSocketStream } from '../../src/tunnel/web-socket-stream.ts';
import { until } from '../support/until.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Both ends of one WebSocket, and the sockets below them. */
const pair = async () => {
  let give = (_: readonly [WebSocketStream, Socket]): void => {};
  const accepted = new Promise<readonly [WebSocketStream, Socket]>((resolve) => {
    give = resolve;
  });
  const server = createServer();
  server.on('upgrade', async (request, socket: Socket, head) => {
    give([await acceptWebSocket(request, socket, head, 1), socket]);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const below = connect(port, '127.0.0.1');
  await once(below, 'connect');
  const client = await openWebSocket(below, {
    url: new URL(`http://127.0.0.1:${port}/v1/tunnels`),
    headers: {},
    signal: new AbortController().signal,
  });
  const [manager, managerBelow] = await accepted;
  cleanUps.push(() => {
    client.destroy();
    manager.destroy();
    server.close();
  });
  return { client, manager, below, managerBelow };
};

const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

test('bytes of any sizes arrive in order both ways, and an end is an end', async () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 700_000 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(sizes, sizes, async (there, back) => {
      const { client, manager } = await pair();
      const send = async (stream: WebSocketStream, lengths: readonly number[]): Promise<string> => {
        const all = lengths.map((length) => randomBytes(length));
        for (const bytes of all) if (!stream.write(bytes)) await once(stream, 'drain');
        return hash(Buffer.concat(all));
      };
      const [total, returned] = [there, back].map((list) => list.reduce((sum, n) => sum + n, 0));
      const read = async (stream: WebSocketStream, length: number): Promise<string> => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        stream.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          bytes += chunk.length;
        });
        await until(() => bytes >= length, 'all bytes');
        return hash(Buffer.concat(chunks));
      };
      const [sent, answered, got, gotBack] = await Promise.all([
        send(client, there),
        send(manager, back),
        read(manager, total ?? 0),
        read(client, returned ?? 0),
      ]);
      expect([got, gotBack]).toEqual([sent, answered]);
      expect([client.bytesWritten, manager.bytesRead]).toEqual([total, total]);
      client.end();
      await once(manager, 'end');
      client.destroy();
      manager.destroy();
    }),
    { numRuns: 15 },
  );
});

test.each(['client', 'manager'] as const)(
  'what the %s sends to one who does not read stays bounded',
  async (from) => {
    const { client, manager } = await pair();
    const [sender, reader] = from === 'client' ? [client, manager] : [manager, client];
    reader.pause();
    const chunk = Buffer.alloc(1024 * 1024);
    let ended = 0;
    let stopped = Date.now();
    const more = (): void => {
      sender.write(chunk, () => {
        ended += 1;
        stopped = Date.now();
        if (ended < 200) more();
      });
    };
    more();
    await until(() => Date.now() - stopped > 500, 'a stop');
    // What the system's own buffers took, and no more.
    expect(ended).toBeLessThan(40);
    expect(sender.writableLength).toBeLessThanOrEqual(chunk.length);
    expect(reader.readableLength).toBeLessThanOrEqual(2 * messageBytesMax);
    const before = ended;
    reader.resume();
    await until(() => ended > before + 5, 'more');
  },
);

test('PINGs whose answers nobody reads end the connection', async () => {
  const { client, manager, below, managerBelow } = await pair();
  client.pause();
  below.pause();
  // A whole frame of RFC 6455 5.2: FIN and PING, masked, 125 bytes.
  const ping = Buffer.concat([Buffer.of(0x89, 0x80 | 125), Buffer.alloc(4), Buffer.alloc(125, 1)]);
  const flood = setInterval(() => below.write(Buffer.concat(Array(2_000).fill(ping))), 1);
  cleanUps.push(() => clearInterval(flood));
  await until(() => manager.destroyed, 'the end');
  expect(managerBelow.writableLength).toBeLessThan(1024 * 1024);
}, 20_000);

test('a connection that breaks is no end', async () => {
  const { client, manager, below } = await pair();
  let ended = false;
  manager.on('end', () => {
    ended = true;
  });
  manager.resume();
  client.write('half');
  await once(manager, 'data');
  below.destroy();
  await until(() => manager.destroyed, 'the close');
  expect(ended).toBe(false);
});

test('a peer that does not answer the close is not waited for', async () => {
  const { manager, below } = await pair();
  below.pause();
  manager.resume();
  manager.end('bye');
  await until(() => manager.destroyed, 'the end');
});
