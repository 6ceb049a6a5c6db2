import type { Condition, Predicate } from '../../match.ts';
import { type Demand, demandsOf, type Literal, variableText } from './literal.ts';

/** Alternatives of one rule or of two rules together; beyond it nothing is said for certain. */
export const alternativesMax = 1024;

/** Literals that must hold together. */
export type Alternative = readonly Literal[];

/**
 * The alternatives of which one must hold when the condition does (`holds`) or does not. Undefined
 * when there are more than `alternativesMax`. Throws `PatternFault`.
 */
export const alternativesOf = (
  condition: Condition,
  holds: boolean,
): readonly Alternative[] | undefined => {
  if ('not' in condition) return alternativesOf(condition.not, !holds);
  if ('all' in condition) return combined(condition.all, holds, holds);
  if ('any' in condition) return combined(condition.any, holds, !holds);
  const demands = knownDemands(condition).map((demand): Literal => ({ ...demand, holds }));
  return holds ? [demands] : demands.map((demand) => [demand]);
};

const combined = (
  conditions: readonly Condition[],
  holds: boolean,
  together: boolean,
): readonly Alternative[] | undefined => {
  let all: readonly Alternative[] = together ? [[]] : [];
  for (const condition of conditions) {
    const next = alternativesOf(condition, holds);
    if (next === undefined) return undefined;
    all = together
      ? all.flatMap((one) => next.flatMap((other) => merged(one, other)))
      : [...all, ...next];
    if (all.length > alternativesMax) return undefined;
  }
  return all;
};

/** Both together, without what is there twice; none when one says what the other denies. */
const merged = (one: Alternative, other: Alternative): readonly Alternative[] => {
  const added: Literal[] = [];
  for (const literal of other) {
    const same = one.find((known) => isSameDemand(known, literal));
    if (same === undefined) added.push(literal);
    else if (same.holds !== literal.holds) return [];
  }
  return [[...one, ...added]];
};

const isSameDemand = (one: Demand, other: Demand): boolean =>
  one.value === other.value && variableText(one.variable) === variableText(other.variable);

// The same demand object again means that its automaton is made once.
const made = new WeakMap<Predicate, readonly Demand[]>();

const knownDemands = (predicate: Predicate): readonly Demand[] => {
  const demands = made.get(predicate) ?? demandsOf(predicate);
  made.set(predicate, demands);
  return demands;
};
