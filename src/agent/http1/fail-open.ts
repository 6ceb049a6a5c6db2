import type { Unanswered } from './laptop-leg.ts';

/** Methods that change nothing, so that a second try can't do harm (RFC 9110 9.2.1). */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * Whether the pod may answer a request that the laptop did not: when all of it is still here, and
 * either the local app has seen nothing of it or seeing it twice is harmless.
 */
export const failOpen = ({ exchange, kept, written }: Unanswered): boolean =>
  kept !== undefined && (!written || safeMethods.has(exchange.method));
