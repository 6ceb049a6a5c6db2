import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { acceptTunnel } from '../../src/tunnel/accept.ts';
import { dialTunnel } from '../../src/tunnel/dial.ts';

export type Accepting = {
  readonly url: URL;
  readonly server: Server;
  /** Upgrade requests so far, newest last. */
  readonly requests: readonly IncomingMessage[];
  readonly stop: () => Promise<void>;
};

/** A server on a free port that grants every upgrade and gives the raw socket to `onTunnel`. */
export const acceptTunnels = async (onTunnel: (socket: Socket) => void): Promise<Accepting> => {
  const server = createServer();
  const sockets = new Set<Socket>();
  const requests: IncomingMessage[] = [];
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', async (request: IncomingMessage, socket: Socket, head: Buffer) => {
    requests.push(request);
    onTunnel(await acceptTunnel(socket, head));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}`), server, requests, stop };
};

export const dial = (manager: URL, signal: AbortSignal = new AbortController().signal) =>
  dialTunnel({ manager, token: 'secret', role: 'laptop', headers: {}, signal });

export const bytesOf = async (stream: AsyncIterable<Buffer>): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
};
