import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Bounds how many connections may be there that have not sent a whole head of a request yet: of too
 * many, the one that has had the most time for it is closed. Whoever holds connections open without
 * asking for anything pushes out his own, and a request that arrives finds its place.
 */
export const boundPending = (server: Server, pendingMax: number, onClosed: () => void): void => {
  // By address, because in TLS a request's socket is another object than the connection's.
  const pending = new Map<string, Socket>();
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket);
    pending.set(name, socket);
    socket.once('close', () => {
      if (pending.get(name) === socket) pending.delete(name);
    });
    if (pending.size <= pendingMax) return;
    const [oldest] = pending;
    if (oldest === undefined) return;
    pending.delete(oldest[0]);
    oldest[1].destroy();
    onClosed();
  });
  const arrived = ({ socket }: IncomingMessage): void => void pending.delete(nameOf(socket));
  server.on('request', arrived);
  server.on('upgrade', arrived);
};

const nameOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
