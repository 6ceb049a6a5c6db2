import type { Condition } from '../match.ts';
import { type Operator, partsOf, predicatesIn } from './predicate.ts';

/** What of a rule decides its place among others. */
export type Ranked = {
  readonly id: string;
  readonly conditions: readonly Condition[];
  /** Of two rules the one with the higher number goes first; 0 without. */
  readonly priority?: number;
  /** RFC 3339. */
  readonly createdAt: string;
};

/** A rule's weights, heaviest first: what `compareRanks` reads, counted once. */
export type Rank = {
  readonly of: Pick<Ranked, 'id' | 'createdAt'>;
  readonly weights: readonly number[];
};

/** In the order of a rank's weights: more of it goes first. */
const reasons = [
  'it has the higher priority',
  'it has more conditions',
  'it compares more whole values',
  'it compares more parts of values',
  'it has more regular expressions',
];

export const rankOf = (
  of: Rank['of'],
  conditions: readonly Condition[],
  priority: number = 0,
): Rank => {
  const operators = conditions.flatMap(predicatesIn).map((one) => partsOf(one).operator);
  const count = (...some: readonly Operator[]): number =>
    operators.filter((operator) => some.includes(operator)).length;
  const parts = count('prefix', 'suffix', 'contains');
  const weights = [priority, operators.length, count('equals'), parts, count('matches')];
  return { of, weights };
};

/**
 * The order in which general rules are tried, the same everywhere: negative when `one` goes first.
 * Total: only a rule and itself are equal.
 */
export const compareRanks = (one: Rank, other: Rank): number => {
  for (const [index, weight] of one.weights.entries()) {
    const difference = (other.weights[index] as number) - weight;
    if (difference !== 0) return difference;
  }
  return compareTexts(one.of.createdAt, other.of.createdAt) || compareTexts(one.of.id, other.of.id);
};

const rankedOf = (rule: Ranked): Rank => rankOf(rule, rule.conditions, rule.priority);

/** `compareRanks` of rules that are compared once only. */
export const compareRules = (one: Ranked, other: Ranked): number =>
  compareRanks(rankedOf(one), rankedOf(other));

/** Why `first`, which `compareRules` puts before `second`, goes before it: `it is older`. */
export const whyBefore = (first: Ranked, second: Ranked): string => {
  const others = rankedOf(second).weights;
  const decisive = rankedOf(first).weights.findIndex((weight, index) => weight !== others[index]);
  const age = first.createdAt === second.createdAt ? 'its id comes first' : 'it is older';
  return reasons[decisive] ?? age;
};

const compareTexts = (one: string, other: string): number =>
  one < other ? -1 : one > other ? 1 : 0;
