import { compileTest } from '../../protocol/match/matcher.ts';
import { octetsOf } from '../../protocol/match/octets.ts';
import { partsOf } from '../../protocol/match/predicate.ts';
import type { Condition, Match } from '../../protocol/match.ts';

type Seen = { readonly method: string; readonly path: string };

/**
 * Whether a request with another key would have met what a rule asks of path and method: only then
 * was the key all that was wrong. Of what else it asks nothing is known, and it counts as met.
 */
export const couldMatch = ({ all }: Match, seen: Seen): boolean =>
  (all ?? []).every((condition) => isMetOrUnknown(condition, seen));

const isMetOrUnknown = (condition: Condition, { method, path }: Seen): boolean => {
  if (!('on' in condition) || 'matches' in condition) return true;
  if (condition.on === 'path') return compileTest(partsOf(condition))(octetsOf(path));
  return condition.on !== 'method' || compileTest(partsOf(condition))(method);
};
