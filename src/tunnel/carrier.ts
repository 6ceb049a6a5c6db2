import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { WebSocketStream } from './web-socket-stream.ts';

/** What a tunnel's bytes travel over: a socket, or a WebSocket that behaves like one. */
export type Carrier = Duplex & { readonly bytesRead: number; readonly bytesWritten: number };

export type Transport = 'tcp' | 'tls' | 'websocket';

export const transports: readonly Transport[] = ['tcp', 'tls', 'websocket'];

/** How a carrier travels, as this side of it sees. */
export const transportOf = (carrier: Carrier): Transport => {
  if (carrier instanceof WebSocketStream) return 'websocket';
  return carrier instanceof TLSSocket ? 'tls' : 'tcp';
};
