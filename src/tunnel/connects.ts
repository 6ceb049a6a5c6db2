import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
  constants,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from 'node:http2';
import type { Duplex } from 'node:stream';
import type { PassReason } from '../protocol/reports.ts';
import type { Carrier } from './carrier.ts';
import { sessionOptions, type TunnelEnd, tunnelEnd, wholeEnd } from './end.ts';
import type { Heartbeat } from './heartbeat.ts';
import { unreadBytes } from './unread-bytes.ts';
import {
  laptopMsHeader,
  localMsHeader,
  probeHeader,
  readPassReason,
  refusedHeader,
} from './wire.ts';

/** What became of a CONNECT. When refused, not a byte was written to the local port. */
export type Connected =
  | {
      readonly ok: true;
      readonly stream: ClientHttp2Stream;
      /** Of a probe: milliseconds as text, or `refused`. */
      readonly localMs: string | undefined;
      /** Of a probe that a relay answered: what the laptop took, the local port included. */
      readonly laptopMs: string | undefined;
    }
  | { readonly ok: false; readonly reason: PassReason };

export type ConnectOptions = { readonly probe?: string; readonly signal?: AbortSignal };

/** An end that opens streams. `connect` never rejects, and answers within a limit. */
export type ConnectingEnd = TunnelEnd & {
  readonly connect: (intercept: string, options?: ConnectOptions) => Promise<Connected>;
};

export type ConnectingSide = {
  /** The reason to give when the tunnel itself is gone. */
  readonly whenGone: PassReason;
  readonly answerMsMax: number;
  readonly heartbeat?: Heartbeat | undefined;
  /** What HTTP/2 reads and writes instead of the socket itself. */
  readonly transport?: Duplex;
};

/** The side of a tunnel that opens CONNECT streams (RFC 9113 8.5). */
export const openConnects = (socket: Carrier, side: ConnectingSide): ConnectingEnd => {
  const session = connectHttp2('http://byway', {
    ...sessionOptions,
    settings: { ...sessionOptions.settings, enablePush: false },
    createConnection: () => side.transport ?? socket,
  });
  const watch = unreadBytes.watch(session);
  return {
    ...tunnelEnd(session, socket, side.heartbeat),
    connect: (intercept, options = {}) => connect({ session, watch, ...side }, intercept, options),
  };
};

type Opening = ConnectingSide & {
  readonly session: ClientHttp2Session;
  readonly watch: (stream: ClientHttp2Stream) => void;
};

const connect = async (
  { session, watch, whenGone, answerMsMax }: Opening,
  intercept: string,
  { probe, signal }: ConnectOptions,
): Promise<Connected> => {
  if (session.closed || session.destroyed || signal?.aborted === true) {
    return { ok: false, reason: whenGone };
  }
  const stream = session.request(
    {
      ':method': 'CONNECT',
      ':authority': intercept,
      ...(probe === undefined ? {} : { [probeHeader]: probe }),
    },
    probe === undefined ? wholeEnd : { endStream: true },
  );
  watch(stream);
  const cancel = (): void => stream.close(constants.NGHTTP2_CANCEL);
  const timer = setTimeout(cancel, answerMsMax);
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    const headers = await answerOf(stream);
    if (headers === undefined) {
      return { ok: false, reason: lostReason(session, stream, whenGone) };
    }
    if (headers[':status'] === 200) {
      return {
        ok: true,
        stream,
        localMs: oneOf(headers[localMsHeader]),
        laptopMs: oneOf(headers[laptopMsHeader]),
      };
    }
    cancel();
    return { ok: false, reason: readPassReason(headers[refusedHeader]) };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
};

const oneOf = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

type Answer = IncomingHttpHeaders & IncomingHttpStatusHeader;

/** Undefined when the stream ended without an answer. */
const answerOf = (stream: ClientHttp2Stream): Promise<Answer | undefined> =>
  new Promise((resolve) => {
    stream.on('error', () => {}); // Told by close and rstCode, here and to whoever gets the stream.
    stream.once('response', resolve);
    stream.once('close', () => resolve(undefined));
  });

const lostReason = (
  session: ClientHttp2Session,
  stream: ClientHttp2Stream,
  whenGone: PassReason,
): PassReason => {
  if (session.destroyed) return whenGone;
  return stream.rstCode === constants.NGHTTP2_REFUSED_STREAM ? 'tunnel_refused' : 'laptop_gone';
};
