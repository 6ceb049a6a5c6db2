import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { ReadBuffer } from '../base/wire/read-buffer.ts';
import { readInto } from '../base/wire/read-into.ts';
import { SocketWire } from '../base/wire/socket-wire.ts';
import type { Carrier } from './carrier.ts';
import { carrierReadBytes, carrierRoomBytes } from './limits.ts';
import type { Begun } from './session-wire.ts';

/**
 * A carrier as a wire, with what was read of it before. TCP is read into memory of ours and written
 * to directly; TLS and WebSockets come as `data`, and take some frames before they ask to stop.
 */
export const carrierWire = (carrier: Carrier): Begun => {
  const seen: Buffer = carrier.read() ?? Buffer.alloc(0);
  if (!(carrier instanceof Socket) || carrier instanceof TLSSocket) {
    return { wire: SocketWire.on(carrier, carrierRoomBytes), seen };
  }
  const memory = new ReadBuffer(carrierReadBytes);
  if (!readInto(carrier, memory)) return { wire: SocketWire.on(carrier), seen };
  const wire = new SocketWire(carrier, carrier);
  memory.wire = wire;
  carrier.resume();
  return { wire, seen };
};
