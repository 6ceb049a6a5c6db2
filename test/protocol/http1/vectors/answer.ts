import type { OddResponse } from './vector.ts';

/** An answer with its claims; answers are to GET, and delimited by their heads, unless said otherwise. */
export type Answer = readonly [
  name: string,
  rule: string,
  bytes: string,
  contentBytes: number,
  how?: { readonly method?: string; readonly closeDelimited?: boolean },
];

/** The vector of an answer. */
export const oddResponse = ([name, rule, bytes, contentBytes, how]: Answer): OddResponse => ({
  name,
  rule,
  method: 'GET',
  bytes,
  contentBytes,
  ...how,
});
