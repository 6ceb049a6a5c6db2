import type { TLSSocket } from 'node:tls';
import type { Transport } from './transport.ts';

/**
 * Makes the end of a connection in TLS as telling as that of one without. Node takes an end of the
 * transport for an end inside, so that an answer that an attacker has cut would look whole; here
 * only close_notify ends it in order (RFC 8446 6.1), and all else breaks it. An abort resets the
 * transport. To be called before the socket has read anything.
 */
export const join = (socket: TLSSocket, transport: Transport): void => {
  const push = socket.push.bind(socket);
  let inOrder = false;
  socket.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (chunk === null && transport.isRead && !inOrder) {
      socket.destroy(new Error('The connection ended without close_notify.'));
      return false;
    }
    inOrder ||= chunk === null;
    return push(chunk, encoding);
  };
  socket.resetAndDestroy = () => {
    transport.abort();
    return socket.destroy();
  };
  socket.on('error', () => {}); // Told by close, and by whoever listens besides.
  // Before its handshake is done, and always where we are the server, Node tells errors only so.
  socket.on('_tlsError', (error: Error) => socket.destroy(error));
  transport.once('close', () => {
    if (transport.errored !== null) socket.destroy(transport.errored);
  });
};
