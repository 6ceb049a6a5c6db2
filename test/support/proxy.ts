import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Pair } from './authority.ts';

export type ProxyOptions = {
  /** Where `HOST:PORT` of a CONNECT really is: the proxy alone can look these names up. */
  readonly ports: Readonly<Record<string, number>>;
  /** `USER:PASSWORD` that it asks for. */
  readonly credentials?: string;
  /** Makes it a proxy that is spoken to in TLS. */
  readonly tls?: Pair;
  /** Instead of connecting: a status, or nothing at all. */
  readonly answer?: number | 'nothing';
};

export type Proxy = {
  readonly url: URL;
  /** What each CONNECT asked for. */
  readonly asked: readonly string[];
  readonly stop: () => Promise<void>;
};

/** An HTTP proxy on a free port that knows CONNECT (RFC 9110 9.3.6) and nothing else. */
export const startProxy = async (options: ProxyOptions): Promise<Proxy> => {
  const server = options.tls === undefined ? createServer() : createSecureServer(options.tls);
  const sockets = new Set<Socket>();
  const asked: string[] = [];
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    asked.push(request.url ?? '');
    socket.on('error', () => {});
    const status = statusFor(options, request);
    if (options.answer === 'nothing') return;
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 5\r\n\r\nnever`);
      return;
    }
    const target = connect(options.ports[request.url ?? ''] ?? 1, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      socket.pipe(target).pipe(socket);
    });
    sockets.add(target);
    target.on('error', () => socket.destroy());
    socket.once('close', () => target.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`),
    asked,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

const statusFor = (
  { answer, credentials, ports }: ProxyOptions,
  { headers, url }: IncomingMessage,
): number => {
  if (typeof answer === 'number') return answer;
  const wanted =
    credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`;
  if (headers['proxy-authorization'] !== wanted) return 407;
  return ports[url ?? ''] === undefined ? 502 : 200;
};
