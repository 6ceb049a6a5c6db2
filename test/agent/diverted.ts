import type { Duplex } from 'node:stream';
import type { DivertedStream, Fate } from '../../src/agent/divert.ts';
import { SocketWire } from '../../src/base/wire/socket-wire.ts';

/** A connection that an agent takes for a stream of its tunnel. */
export const divertedOn = (stream: Duplex): DivertedStream => {
  const fate = { isLost: false, isDraining: false, isWhole: false, code: 0 };
  const wire = Object.assign(SocketWire.on(stream), { fate });
  stream.prependListener('end', () => {
    fate.isWhole = true;
  });
  wire.pause();
  const names: readonly (keyof Fate)[] = ['isLost', 'isDraining', 'isWhole', 'code'];
  for (const name of names) Object.defineProperty(wire, name, { get: () => fate[name] });
  return wire as unknown as DivertedStream;
};
