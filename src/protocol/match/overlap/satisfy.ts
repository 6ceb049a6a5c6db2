import type { Condition } from '../../match.ts';
import { compileMatcher, type Matcher } from '../matcher.ts';
import { RequestReading } from '../reading.ts';
import { alternativesOf } from './alternatives.ts';
import { newWork, type Work } from './product.ts';
import { type Assignment, solve } from './solve.ts';
import { fieldsOf, witnessOf } from './witness.ts';

/**
 * Values of a request that meets all conditions; `none` when no request can; `unknown` when that
 * is too large to decide. Throws `PatternFault` for a regular expression that can't be used.
 */
export const satisfy = (
  conditions: readonly Condition[],
  work: Work = newWork(),
): Assignment | 'none' | 'unknown' => {
  const alternatives = alternativesOf({ all: conditions }, true);
  if (alternatives === undefined) return 'unknown';
  let isUnknown = false;
  let matches: Matcher | undefined;
  for (const alternative of alternatives) {
    const solution = solve(alternative, work);
    if (solution === 'none') continue;
    matches ??= compileMatcher(conditions);
    // Two subjects may read the same header; what was decided apart is tried together.
    const isMet =
      solution !== 'unknown' && matches(new RequestReading(fieldsOf(witnessOf(solution))));
    if (isMet) return solution;
    isUnknown = true;
  }
  return isUnknown ? 'unknown' : 'none';
};

/** Whether no request can ever meet the conditions. */
export const isImpossible = (conditions: readonly Condition[]): boolean =>
  satisfy(conditions) === 'none';

/**
 * Whether the conditions ask for nothing that sets a request apart: every request with a path
 * meets them, or some of their alternatives only say what a request must not have.
 */
export const takesNearlyAll = (conditions: readonly Condition[]): boolean => {
  const alternatives = alternativesOf({ all: conditions }, true) ?? [];
  const isOnlyWithout = alternatives.some((literals) => literals.every(({ holds }) => !holds));
  return isOnlyWithout || implies([{ on: 'path', prefix: '/' }], conditions);
};

/** Whether every request that meets `narrow` meets `wide`; false also when that is not certain. */
export const implies = (
  narrow: readonly Condition[],
  wide: readonly Condition[],
  work: Work = newWork(),
): boolean => satisfy([...narrow, { not: { all: wide } }], work) === 'none';
