import type { Socket, SocketConstructorOpts } from 'node:net';
import type { Address } from '../address.ts';
import { ResetAwareSocket } from '../reset-aware-socket.ts';
import { ReadBuffer } from './read-buffer.ts';
import { SocketWire } from './socket-wire.ts';

/** Dials an address; the wire may be written to at once. */
export const dialWire = ({ host, port }: Address): SocketWire => {
  const memory = new ReadBuffer();
  const options = { allowHalfOpen: true, noDelay: true, onread: memory.onread };
  const socket = new ResetAwareSocket(options as SocketConstructorOpts);
  return wireOn(socket.connect({ host, port }), memory);
};

/**
 * A wire on a socket that a server has just accepted. The socket's handle is wrapped a second time,
 * because a server's sockets can't be told otherwise to read into memory of ours; the first
 * wrapping never says that it is closed.
 */
export const acceptWire = (accepted: Socket): SocketWire => {
  const handle: unknown = Reflect.get(accepted, '_handle');
  if (handle === undefined || handle === null) return SocketWire.on(accepted);
  const memory = new ReadBuffer();
  const options = { handle, onread: memory.onread, allowHalfOpen: true };
  return wireOn(new ResetAwareSocket(options as SocketConstructorOpts), memory);
};

const wireOn = (socket: Socket, memory: ReadBuffer): SocketWire => {
  const wire = new SocketWire(socket, socket);
  memory.wire = wire;
  socket.resume();
  return wire;
};
