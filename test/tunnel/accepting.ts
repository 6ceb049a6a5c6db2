import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { acceptTunnel } from '../../src/tunnel/accept.ts';
import { acceptWebSocket } from '../../src/tunnel/accept-web-socket.ts';
import type { Carrier, Transport } from '../../src/tunnel/carrier.ts';
import { dialTunnel } from '../../src/tunnel/dial.ts';
import { TransportMemory } from '../../src/tunnel/transport-memory.ts';
import { createAuthority } from '../support/authority.ts';

export type Accepting = {
  readonly url: URL;
  readonly server: Server;
  readonly transport: Transport;
  /** Upgrade requests so far, newest last. */
  readonly requests: readonly IncomingMessage[];
  readonly stop: () => Promise<void>;
};

export const authority = createAuthority();

/** A server on a free port that grants every upgrade and gives the connection to `onTunnel`. */
export const acceptTunnels = async (
  onTunnel: (carrier: Carrier) => void,
  transport: Transport = 'tcp',
): Promise<Accepting> => {
  const server =
    transport === 'tls'
      ? createSecureServer(authority.issue({ names: ['127.0.0.1'] }))
      : createServer();
  const sockets = new Set<Socket>();
  const requests: IncomingMessage[] = [];
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', async (request: IncomingMessage, socket: Socket, head: Buffer) => {
    requests.push(request);
    const isWebSocket = request.headers.upgrade === 'websocket';
    if (isWebSocket !== (transport === 'websocket')) throw new Error('not the wanted transport');
    onTunnel(
      isWebSocket
        ? await acceptWebSocket(request, socket, head, 1)
        : await acceptTunnel(socket, head),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  const { port } = server.address() as AddressInfo;
  const protocol = transport === 'tls' ? 'https' : 'http';
  return {
    url: new URL(`${protocol}://127.0.0.1:${port}`),
    server: server as Server,
    transport,
    requests,
    stop,
  };
};

export const dial = (
  manager: URL,
  signal: AbortSignal = new AbortController().signal,
  transport: Transport = 'tcp',
) => {
  const memory = new TransportMemory();
  if (transport === 'websocket') memory.preferWebSocket(performance.now());
  return dialTunnel(
    { manager, ca: authority.ca, token: 'secret', role: 'laptop', headers: {}, signal },
    memory,
  );
};

export const bytesOf = async (stream: AsyncIterable<Buffer>): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
};
