import {
  type IncomingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Duplex } from 'node:stream';
import type { PassReason } from '../protocol/reports.ts';
import type { Carrier } from './carrier.ts';
import { sessionOptions, type TunnelEnd, tunnelEnd, wholeEnd } from './end.ts';
import type { Heartbeat } from './heartbeat.ts';
import { unreadBytes } from './unread-bytes.ts';
import { laptopMsHeader, localMsHeader, probeHeader, refusedHeader } from './wire.ts';

/** One CONNECT: answer it with `acceptArrival`, `answerProbe` or `refuseArrival`. */
export type Arrival = {
  /** The `:authority`, whatever the peer wrote there: look it up, never trust it. */
  readonly intercept: string;
  /** The nonce of a probe; its stream carries no bytes. */
  readonly probe: string | undefined;
  readonly stream: ServerHttp2Stream;
  /** Calls `act` once when the tunnel takes no new streams; the result takes that back. */
  readonly whenDraining: (act: () => void) => () => void;
};

export type ArrivalsOptions = {
  readonly heartbeat?: Heartbeat | undefined;
  /** What HTTP/2 reads and writes instead of the socket itself. */
  readonly transport?: Duplex;
};

/**
 * The side of a tunnel that CONNECT streams come to. `onArrival` must not throw. Each stream has an
 * error listener already: watch for `close` and `rstCode`.
 */
export const serveArrivals = (
  socket: Carrier,
  onArrival: (arrival: Arrival) => void,
  { heartbeat, transport = socket }: ArrivalsOptions = {},
): TunnelEnd => {
  const session = performServerHandshake(transport, sessionOptions);
  const acts = new Set<() => void>();
  let drains = false;
  const whenDraining = (act: () => void): (() => void) => {
    if (drains) act();
    else acts.add(act);
    return () => void acts.delete(act);
  };
  const watch = unreadBytes.watch(session);
  session.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    watch(stream);
    stream.on('error', () => {}); // Told by close and rstCode.
    const intercept = headers[':authority'];
    if (headers[':method'] !== 'CONNECT' || intercept === undefined) {
      stream.respond({ ':status': 405 }, { endStream: true });
      return;
    }
    const probe = headers[probeHeader];
    onArrival({ intercept, probe: Array.isArray(probe) ? probe[0] : probe, stream, whenDraining });
  });
  const end = tunnelEnd(session, socket, heartbeat);
  void end.draining.then(() => {
    drains = true;
    for (const act of acts) act();
    acts.clear();
  });
  return end;
};

/** Says that the local port (or the way to it) is connected; bytes may flow from here on. */
export const acceptArrival = ({ stream }: Arrival): void => {
  if (!isOver(stream)) stream.respond({ ':status': 200 }, wholeEnd);
};

/**
 * Answers a probe with the milliseconds that connecting to the local port took, or `refused`; a relay
 * adds those that the laptop took to answer it.
 */
export const answerProbe = ({ stream }: Arrival, localMs: string, laptopMs?: string): void => {
  if (isOver(stream)) return;
  const laptop = laptopMs === undefined ? {} : { [laptopMsHeader]: laptopMs };
  stream.respond({ ':status': 200, [localMsHeader]: localMs, ...laptop }, { endStream: true });
};

/** Says that not a byte was written to the local port, and why. */
export const refuseArrival = ({ stream }: Arrival, reason: PassReason): void => {
  if (isOver(stream)) return;
  stream.respond({ ':status': 503, [refusedHeader]: reason }, { endStream: true });
};

const isOver = (stream: ServerHttp2Stream): boolean =>
  stream.destroyed || stream.closed || stream.headersSent;
