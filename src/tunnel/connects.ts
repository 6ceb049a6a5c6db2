import { errorCode } from '../protocol/http2/constants.ts';
import { Field } from '../protocol/http2/hpack/field.ts';
import type { Http2Session } from '../protocol/http2/session.ts';
import type { PassReason } from '../protocol/reports.ts';
import type { Carrier } from './carrier.ts';
import { openTunnelSession, type TunnelEnd } from './end.ts';
import type { Heartbeat } from './heartbeat.ts';
import { TunnelStream } from './stream.ts';
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
      /** Paused: set its handler, then `resume`. */
      readonly stream: TunnelStream;
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
};

/** The side of a tunnel that opens CONNECT streams (RFC 9113 8.5). */
export const openConnects = (carrier: Carrier, side: ConnectingSide): ConnectingEnd => {
  const { session, end } = openTunnelSession(carrier, {
    role: 'client',
    heartbeat: side.heartbeat,
  });
  return {
    ...end,
    connect: (intercept, options = {}) => connect({ session, ...side }, intercept, options),
  };
};

type Opening = ConnectingSide & { readonly session: Http2Session };

const method = new Field(':method', 'CONNECT');

const connect = async (
  { session, whenGone, answerMsMax }: Opening,
  intercept: string,
  { probe, signal }: ConnectOptions,
): Promise<Connected> => {
  if (session.isClosing || signal?.aborted === true) return { ok: false, reason: whenGone };
  const http = session.request('CONNECT');
  if (http === undefined) return { ok: false, reason: 'tunnel_refused' };
  const stream = new TunnelStream(session, http);
  const fields = [method, new Field(':authority', intercept)];
  if (probe !== undefined) fields.push(new Field(probeHeader, probe));
  stream.sendHead(fields, probe !== undefined);
  const timer = setTimeout(() => stream.abort(), answerMsMax);
  const cancel = (): void => stream.abort();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    const answer = await stream.answer();
    if (answer === undefined) return { ok: false, reason: lostReason(stream, whenGone) };
    if (fieldOf(answer, ':status') === '200') {
      const [localMs, laptopMs] = [fieldOf(answer, localMsHeader), fieldOf(answer, laptopMsHeader)];
      return { ok: true, stream, localMs, laptopMs };
    }
    stream.abort();
    return { ok: false, reason: readPassReason(fieldOf(answer, refusedHeader)) };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
};

/** The value of a field that is there once; undefined if it is not, or more often. */
const fieldOf = (fields: readonly Field[], name: string): string | undefined => {
  const found = fields.filter((field) => field.name === name);
  return found.length === 1 ? found[0]?.value : undefined;
};

const lostReason = (stream: TunnelStream, whenGone: PassReason): PassReason => {
  if (stream.isLost) return whenGone;
  return stream.code === errorCode.refusedStream ? 'tunnel_refused' : 'laptop_gone';
};
