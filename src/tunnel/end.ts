import { errorCode } from '../protocol/http2/constants.ts';
import type { Limits, Role, SessionOwner } from '../protocol/http2/core.ts';
import type { Http2Session } from '../protocol/http2/session.ts';
import { WindowShare } from '../protocol/http2/window-share.ts';
import type { Carrier } from './carrier.ts';
import { carrierWire } from './carrier-wire.ts';
import { type Heartbeat, type Pinged, Pulse, usualHeartbeat } from './heartbeat.ts';
import {
  controlFramesPerSecondMax,
  drainMsMax,
  fieldBytesMax,
  fieldsMax,
  frameBytesMax,
  streamsMax,
  tunnelWindowBytes,
  windowShare,
} from './limits.ts';
import { SessionWire } from './session-wire.ts';

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

/** An end with its session; streams are begun and answered there. */
export type TunnelSession = { readonly session: Http2Session; readonly end: TunnelEnd };

type Request = Parameters<SessionOwner['request']>;

export type TunnelSide = {
  readonly role: Role;
  /** A request of the peer's, of a server. */
  readonly onRequest?: (session: Http2Session, ...request: Request) => void;
  readonly heartbeat?: Heartbeat | undefined;
};

/** Of this process: what all its tunnels may have on their way to it. */
export const share: WindowShare = new WindowShare(windowShare);

const limits: Limits = {
  streamWindow: 65_535,
  connectionWindow: tunnelWindowBytes,
  streams: streamsMax,
  fieldBytes: fieldBytesMax,
  fields: fieldsMax,
  frameBytes: frameBytesMax,
  share,
  futileMax: streamsMax,
  futilePerSecond: streamsMax,
  controlPerSecond: controlFramesPerSecondMax,
};

/** HTTP/2 over a carrier: with a heartbeat, and an end to every wait. */
export const openTunnelSession = (
  carrier: Carrier,
  { role, onRequest = () => {}, heartbeat = usualHeartbeat }: TunnelSide,
): TunnelSession => {
  // A failure is also a close, which is what everyone waits for.
  carrier.on('error', () => {});
  let tellClosed = (): void => {};
  let tellDraining = (): void => {};
  const closed = new Promise<void>((resolve) => {
    tellClosed = resolve;
  });
  const draining = new Promise<void>((resolve) => {
    tellDraining = resolve;
  });
  let drainTimer: NodeJS.Timeout | undefined;
  const drain = (): void => {
    if (!session.isOver) drainTimer ??= setTimeout(destroy, drainMsMax);
    tellDraining();
  };
  const destroy = (): void => {
    session.end(errorCode.internalError);
    carrier.destroy();
  };
  const connection = new SessionWire(
    role,
    limits,
    carrierWire(carrier),
    {
      request: (...request) => onRequest(connection.session, ...request),
      oversized: (stream) => stream.reset(errorCode.enhanceYourCalm),
      settings: () => {},
      goaway: drain,
      streamClosed: () => {},
      // A connection from an HTTP server is half-open by default: nobody else ends it after a FIN.
      lost: destroy,
      closed: () => {
        pulse.stop();
        clearTimeout(drainTimer);
        tellDraining();
        tellClosed();
      },
    },
    setImmediate,
  );
  const { session } = connection;
  const pulse = new Pulse(pinged(session), carrier, heartbeat, destroy);
  const close = (): void => {
    if (session.isOver) return;
    drain();
    session.drain();
  };
  connection.begin();
  return { session, end: { closed, draining, close, destroy, pulse } };
};

const pinged = (session: Http2Session): Pinged => ({
  ping: (answered) => session.ping(answered),
  isOver: () => session.isOver,
});
