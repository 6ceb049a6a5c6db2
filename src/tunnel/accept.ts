import type { Socket } from 'node:net';
import { upgradeMsMax } from './limits.ts';

/**
 * The manager's answer to an upgrade request that it grants, with the version that was chosen.
 * Resolves with the socket, ready for an HTTP/2 session; bytes that came with the request (`head`)
 * are put back first. Rejects when the connection breaks or does not take the answer within 5 s.
 *
 * It resolves in the callback of the write: a session attached to a socket whose own write still
 * runs takes that write's end for its own, and a native assertion ends the whole process.
 */
export const acceptTunnel = (socket: Socket, head: Buffer, version = 1): Promise<Socket> =>
  new Promise((resolve, reject) => {
    socket.setTimeout(0);
    socket.setNoDelay(true);
    socket.on('error', reject);
    if (head.length > 0) socket.unshift(head);
    const timer = setTimeout(() => socket.destroy(), upgradeMsMax);
    socket.write(switchingTo(version), (error) => {
      clearTimeout(timer);
      if (error == null && !socket.destroyed) resolve(socket);
      else reject(error ?? new Error('The connection closed before it became a tunnel.'));
    });
  });

const switchingTo = (version: number): string =>
  [
    'HTTP/1.1 101 Switching Protocols',
    'Connection: Upgrade',
    `Upgrade: byway-tunnel/${version}`,
    '\r\n',
  ].join('\r\n');
