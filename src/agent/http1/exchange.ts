import type { RequestHead } from '../../protocol/http1/request-head.ts';
import type { Verdict } from '../decide.ts';
import { type Reuse, reuseOf } from './reuse.ts';

/** One request and its answer on a client connection. */
export type Exchange = {
  readonly method: string;
  /** The request lets the connection live on. */
  readonly persistent: boolean;
  /** It may turn the connection into something else (Upgrade, CONNECT). */
  readonly switches: boolean;
  /** Undefined when no rule matched: then nothing about the answer may be changed. */
  readonly verdict: Verdict | undefined;
  /** Of a request that matched. */
  readonly reuse: Reuse | undefined;
  /** Value of `x-byway-served-by` on the answer. */
  servedBy: string | undefined;
};

/** What is to be known of a request while its answer is awaited. */
export const exchangeOf = (head: RequestHead, verdict: Verdict | undefined): Exchange => ({
  method: head.method,
  persistent: head.persistent,
  switches: head.switches,
  verdict,
  reuse: verdict === undefined ? undefined : reuseOf(head),
  servedBy: undefined,
});
