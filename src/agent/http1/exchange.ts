import type { Verdict } from '../decide.ts';

/** One request and its answer on a client connection. */
export type Exchange = {
  readonly method: string;
  /** The request lets the connection live on. */
  readonly persistent: boolean;
  /** It may turn the connection into something else (Upgrade, CONNECT). */
  readonly switches: boolean;
  /** Undefined when no rule matched: then nothing about the answer may be changed. */
  readonly verdict: Verdict | undefined;
  /** Value of `x-byway-served-by` on the answer. */
  servedBy: string | undefined;
};
