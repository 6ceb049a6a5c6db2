import type { Http2Session, Settings } from 'node:http2';
import type { Carrier } from './carrier.ts';
import { guardAgainstFloods } from './floods.ts';
import { type Heartbeat, type Pinged, Pulse, usualHeartbeat } from './heartbeat.ts';
import {
  drainMsMax,
  frameBytesMax,
  streamsMax,
  streamWindowBytes,
  tunnelMegabytesMax,
  tunnelWindowBytes,
} from './limits.ts';

/** One end of a live tunnel. */
export type TunnelEnd = {
  /** Resolves when the connection is gone, for whatever reason; never rejects. */
  readonly closed: Promise<void>;
  /** Resolves at the first GOAWAY of either side, at the latest with `closed`: dial a new one. */
  readonly draining: Promise<void>;
  /** GOAWAY: nothing new begins, what runs has 5 s to finish. May be called twice. */
  readonly close: () => void;
  /** Ends the connection and every stream on it now. */
  readonly destroy: () => void;
  /** How it is while it is there. */
  readonly pulse: Pulse;
};

type SessionOptions = {
  readonly maxSessionMemory: number;
  readonly peerMaxConcurrentStreams: number;
  readonly streamResetBurst: number;
  readonly streamResetRate: number;
  readonly settings: Settings;
};

/** Options for both sides of HTTP/2: windows, frame size and bounds. */
export const sessionOptions: SessionOptions = {
  maxSessionMemory: tunnelMegabytesMax,
  peerMaxConcurrentStreams: streamsMax,
  // Node before 24 has no such option and ends a session after 1,000 resets at once.
  streamResetBurst: streamsMax,
  streamResetRate: streamsMax,
  settings: {
    initialWindowSize: streamWindowBytes,
    maxFrameSize: frameBytesMax,
    maxConcurrentStreams: streamsMax,
  },
};

/**
 * For both sides of a CONNECT. Node ends a stream's writing side before it resets it, so that half
 * an answer would look whole until the reset arrives. Waiting for trailers (none are ever sent)
 * keeps END_STREAM back until the side really ended.
 */
export const wholeEnd = { waitForTrailers: true } as const;

/** Takes charge of a session: window, heartbeat, and an end to every wait. */
export const tunnelEnd = (
  session: Http2Session,
  socket: Carrier,
  heartbeat: Heartbeat = usualHeartbeat,
): TunnelEnd => {
  session.setLocalWindowSize(tunnelWindowBytes);
  // A failure of either is also a close, which is what everyone waits for.
  session.on('error', () => {});
  socket.on('error', () => {});
  // With an error, streams close with INTERNAL_ERROR. Without one, or when Node's own listener comes
  // first, they also emit `end`, and half an answer would pass for a whole one.
  const lose = (): void => session.destroy(new Error('The tunnel is lost.'));
  socket.prependOnceListener('close', lose);
  // Node hands a new session the bytes that wait in the socket one tick later, and throws outside
  // of any call of ours when the session is gone by then.
  const destroy = (): void =>
    process.nextTick(() => {
      lose();
      socket.destroy();
    });
  // A connection from an HTTP server is half-open by default: nobody else ends it after a FIN.
  socket.once('end', destroy);
  guardAgainstFloods(session, destroy);
  const pulse = new Pulse(pinged(session), socket, heartbeat, destroy);
  let drainTimer: NodeJS.Timeout | undefined;
  const closed = new Promise<void>((resolve) => {
    session.once('close', () => {
      pulse.stop();
      clearTimeout(drainTimer);
      resolve();
    });
  });
  let tellDraining = (): void => {};
  const draining = new Promise<void>((resolve) => {
    tellDraining = resolve;
  });
  const drain = (): void => {
    if (!session.destroyed) drainTimer ??= setTimeout(destroy, drainMsMax);
    tellDraining();
  };
  session.once('goaway', drain);
  session.once('close', drain);
  const close = (): void => {
    if (session.destroyed) return;
    drain();
    process.nextTick(() => session.close());
  };
  return { closed, draining, close, destroy, pulse };
};

const pinged = (session: Http2Session): Pinged => ({
  ping: (answered) => {
    session.ping((error, milliseconds) => {
      if (error === null) answered(milliseconds);
    });
  },
  isOver: () => session.destroyed,
});
