import { errorCode } from '../../protocol/http2/constants.ts';
import type { TunnelStream } from '../../tunnel/stream.ts';

/**
 * Joins two streams both ways: bytes, half-close, and resets with their code. A peer may send more
 * only when what it sent has gone on, so that no more than a window waits here.
 */
export const join = (one: TunnelStream, other: TunnelStream): void => {
  one.holds = true;
  other.holds = true;
  pass(one, other);
  pass(other, one);
  one.resume();
  other.resume();
};

const pass = (from: TunnelStream, to: TunnelStream): void => {
  from.handler = {
    bytes: (bytes) => void to.write(bytes),
    end: () => to.end(),
    drain: () => {},
    // What goes out here came in there.
    sent: (octets) => to.release(octets),
    closed: () => close(from, to),
  };
};

const close = (from: TunnelStream, to: TunnelStream): void => {
  // The whole tunnel is gone: nobody can say that the app broke off.
  if (from.isLost) to.reset(errorCode.connectError);
  else if (from.code !== errorCode.noError) to.reset(from.code);
  else if (!from.isWhole) to.reset(errorCode.internalError);
  else if (!from.isEndSent) to.reset(errorCode.noError);
};
