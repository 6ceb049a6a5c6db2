import type { Condition } from '../match.ts';
import { partsOf, predicatesIn } from './predicate.ts';

/** What of a rule decides its place among others. */
export type Ranked = {
  readonly id: string;
  readonly conditions: readonly Condition[];
  /** Of two rules the one with the higher number goes first; 0 without. */
  readonly priority?: number;
  /** RFC 3339. */
  readonly createdAt: string;
};

const priorityOf = ({ priority }: Ranked): number => priority ?? 0;
const countOf = ({ conditions }: Ranked): number => conditions.flatMap(predicatesIn).length;
const countWith =
  (...operators: readonly string[]) =>
  ({ conditions }: Ranked): number =>
    conditions
      .flatMap(predicatesIn)
      .filter((predicate) => operators.includes(partsOf(predicate).operator)).length;

/** In order of weight: more of it goes first. */
const criteria: readonly (readonly [(rule: Ranked) => number, string])[] = [
  [priorityOf, 'it has the higher priority'],
  [countOf, 'it has more conditions'],
  [countWith('equals'), 'it compares more whole values'],
  [countWith('prefix', 'suffix', 'contains'), 'it compares more parts of values'],
  [countWith('matches'), 'it has more regular expressions'],
];

/**
 * The order in which general rules are tried, the same everywhere: negative when `one` goes first.
 * Total: only a rule and itself are equal.
 */
export const compareRules = (one: Ranked, other: Ranked): number => {
  for (const [weigh] of criteria) {
    const difference = weigh(other) - weigh(one);
    if (difference !== 0) return difference;
  }
  return compareTexts(one.createdAt, other.createdAt) || compareTexts(one.id, other.id);
};

/** Why `first`, which `compareRules` puts before `second`, goes before it. */
export const whyBefore = (first: Ranked, second: Ranked): string => {
  const reason = criteria.find(([weigh]) => weigh(first) !== weigh(second))?.[1];
  const age = first.createdAt === second.createdAt ? 'its id comes first' : 'it is older';
  return `${first.id} goes before ${second.id} because ${reason ?? age}`;
};

const compareTexts = (one: string, other: string): number =>
  one < other ? -1 : one > other ? 1 : 0;
