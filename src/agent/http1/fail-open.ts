import { guardsOf } from '../guard.ts';
import type { Exchange } from './exchange.ts';
import type { Unanswered } from './laptop-leg.ts';
import { noOtherAnswer, type Refusal, unrepeatable } from './refusal.ts';

/** Methods that change nothing, so that a second try can't do harm (RFC 9110 9.2.1). */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** The bytes of the request that go to the pod, or what is answered instead. */
export type FailOpen =
  | { readonly pod: Buffer; readonly refusal?: undefined }
  | { readonly pod?: undefined; readonly refusal: Refusal };

/** What `failOpen` has to know; `kept` is the request in HTTP/1, its body in HTTP/2. */
export type Failure = Omit<Unanswered, 'exchange'> & {
  readonly exchange: Pick<Exchange, 'method' | 'verdict'>;
};

/**
 * What becomes of a request that the laptop did not answer. The pod may answer it when all of it is
 * still here, and either the local app has seen nothing of it or seeing it twice is harmless,
 * unless its rule wants an error.
 */
export const failOpen = (failure: Failure): FailOpen => {
  const { exchange, reason, kept, written } = failure;
  if (wantsError(failure)) return { refusal: noOtherAnswer(reason) };
  if (kept === undefined || (written && !safeMethods.has(exchange.method))) {
    return { refusal: unrepeatable(reason) };
  }
  return { pod: kept };
};

const wantsError = ({ exchange, reason }: Failure): boolean => {
  // With these two nobody is gone: the pod is who should answer.
  if (exchange.verdict === undefined || reason === 'too_many' || reason === 'paused') return false;
  const { whenDown, whenSlow } = guardsOf(exchange.verdict.rule);
  return reason === 'local_slow' ? whenSlow === '504' : whenDown === 'error';
};
