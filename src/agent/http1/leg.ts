import type { Wire } from '../../base/wire/wire.ts';
import type { Exchange } from './exchange.ts';

/** One way on which requests of a client connection go: to the pod, or to the laptop. */
export type Leg = {
  /** Starts a request with the head and what has come of its body. False: wait for `room`. */
  readonly begin: (exchange: Exchange, bytes: Buffer) => boolean;
  /** More verified bytes of the request's body. False: wait for `room`. */
  readonly send: (bytes: Buffer) => boolean;
  /** The request is complete. */
  readonly complete: () => void;
  /** A part of the oldest request's final answer was forwarded. */
  readonly answering: () => boolean;
  /** The client has sent its last byte. */
  readonly clientEnded: () => void;
  /** The client reads again. */
  readonly resume: () => void;
  /** Ends at once, so that a request that is under way never completes. */
  readonly abort: () => void;
};

/** What a leg tells its client connection. */
export type LegOwner = {
  /** Verified bytes of an answer. False: the client reads slower, wait for `resume`. */
  readonly toClient: (bytes: Buffer) => boolean;
  readonly marks: (exchange: Exchange) => readonly string[];
  /** The answer is complete; `last`: the client connection must end after it. */
  readonly answered: (exchange: Exchange, last: boolean) => void;
  /** The connection is not HTTP any longer: join the client with `wire`. */
  readonly switched: (exchange: Exchange, wire: Wire, rest: Buffer) => void;
  /** This answer can't be forwarded (any further, when `started`). */
  readonly broken: (exchange: Exchange | undefined, reason: string, started: boolean) => void;
  /** The leg takes bytes again. */
  readonly room: () => void;
};
