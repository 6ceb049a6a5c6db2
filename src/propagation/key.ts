import { baggageMember } from './baggage.ts';

/** The header that carries the routing key. */
export const keyHeader = 'x-byway-id';
/** The baggage member that carries the routing key. */
export const keyBaggageMember = 'byway';

/**
 * The routing key of a request: the value of its `x-byway-id` if it has one, else its first
 * `byway` baggage member. Both arguments are header values with their lines joined, or undefined.
 */
export const effectiveKey = (
  header: string | undefined,
  baggage: string | undefined,
): string | undefined => {
  if (header !== undefined) return header;
  return baggage === undefined ? undefined : baggageMember(baggage, keyBaggageMember);
};
