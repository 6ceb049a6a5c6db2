import { Field } from '../protocol/http2/hpack/field.ts';
import type { PassReason } from '../protocol/reports.ts';
import type { Carrier } from './carrier.ts';
import { openTunnelSession, type TunnelEnd } from './end.ts';
import type { Heartbeat } from './heartbeat.ts';
import { TunnelStream } from './stream.ts';
import { laptopMsHeader, localMsHeader, probeHeader, refusedHeader } from './wire.ts';

/** One CONNECT: answer it with `acceptArrival`, `answerProbe` or `refuseArrival`. */
export type Arrival = {
  /** The `:authority`, whatever the peer wrote there: look it up, never trust it. */
  readonly intercept: string;
  /** The nonce of a probe; its stream carries no bytes. */
  readonly probe: string | undefined;
  /** Paused: set its handler, then `resume`. */
  readonly stream: TunnelStream;
  /** Calls `act` once when the tunnel takes no new streams; the result takes that back. */
  readonly whenDraining: (act: () => void) => () => void;
};

/** The side of a tunnel that CONNECT streams come to. `onArrival` must not throw. */
export const serveArrivals = (
  carrier: Carrier,
  onArrival: (arrival: Arrival) => void,
  heartbeat?: Heartbeat,
): TunnelEnd => {
  const acts = new Set<() => void>();
  let drains = false;
  const whenDraining = (act: () => void): (() => void) => {
    if (drains) act();
    else acts.add(act);
    return () => void acts.delete(act);
  };
  const { end } = openTunnelSession(carrier, {
    role: 'server',
    heartbeat,
    onRequest: (session, http, fields, endStream) => {
      const stream = new TunnelStream(session, http, endStream);
      const lookUp = (name: string): string | undefined =>
        fields.find((field) => field.name === name)?.value;
      const intercept = lookUp(':authority');
      if (http.method !== 'CONNECT' || intercept === undefined) {
        stream.sendHead([new Field(':status', '405')], true);
        http.stop();
        return;
      }
      onArrival({ intercept, probe: lookUp(probeHeader), stream, whenDraining });
    },
  });
  void end.draining.then(() => {
    drains = true;
    for (const act of acts) act();
    acts.clear();
  });
  return end;
};

const accepted: readonly Field[] = [new Field(':status', '200')];

/** Says that the local port (or the way to it) is connected; bytes may flow from here on. */
export const acceptArrival = ({ stream }: Arrival): void => stream.sendHead(accepted, false);

/**
 * Answers a probe with the milliseconds that connecting to the local port took, or `refused`; a relay
 * adds those that the laptop took to answer it.
 */
export const answerProbe = ({ stream }: Arrival, localMs: string, laptopMs?: string): void => {
  const fields = [...accepted, new Field(localMsHeader, localMs)];
  if (laptopMs !== undefined) fields.push(new Field(laptopMsHeader, laptopMs));
  stream.sendHead(fields, true);
  stream.resume();
};

/** Says that not a byte was written to the local port, and why. */
export const refuseArrival = ({ stream }: Arrival, reason: PassReason): void => {
  stream.sendHead([new Field(':status', '503'), new Field(refusedHeader, reason)], true);
  stream.resume();
};
