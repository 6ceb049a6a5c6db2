import { createHash } from 'node:crypto';
import type { Predicate } from './match.ts';

/** One header of a request that two rules match. */
export type WitnessField = { readonly name: string; readonly value: string };

/** Two general rules that take the same requests, with an example. */
export type Conflict = {
  /** Headers of a request that both rules match, with their real values. */
  readonly request: readonly WitnessField[];
  /** The same as header lines; a value that only the other rule supplies is a short hash. */
  readonly lines: readonly string[];
};

/**
 * Decides whether two general rules (predicates that must all hold; names in lower case) conflict:
 * when some request matches both, unless one strictly implies the other, for then the narrower one
 * simply goes first.
 */
export const conflictBetween = (
  mine: readonly Predicate[],
  theirs: readonly Predicate[],
): Conflict | undefined => {
  const ours = demandsOf(mine);
  const others = demandsOf(theirs);
  if (ours === undefined || others === undefined) return undefined;
  if (demandsOf([...mine, ...theirs]) === undefined) return undefined;
  if (implies(ours, others) !== implies(others, ours)) return undefined;
  return witnessOf(ours, others);
};

/** Whether no request can ever meet all predicates: one header would need two values. */
export const isImpossible = (predicates: readonly Predicate[]): boolean =>
  demandsOf(predicates) === undefined;

/** By header name the value it must have; undefined when any will do. */
type Demands = ReadonlyMap<string, string | undefined>;

/** Undefined when no request can meet them. */
const demandsOf = (predicates: readonly Predicate[]): Demands | undefined => {
  const demands = new Map<string, string | undefined>();
  for (const predicate of predicates) {
    const before = demands.get(predicate.header);
    const value = 'equals' in predicate ? predicate.equals : before;
    if (before !== undefined && value !== before) return undefined;
    demands.set(predicate.header, value);
  }
  return demands;
};

/** Whether every request that meets `narrow` meets `wide`. */
const implies = (narrow: Demands, wide: Demands): boolean =>
  [...wide].every(([name, value]) =>
    value === undefined ? narrow.has(name) : narrow.get(name) === value,
  );

const witnessOf = (ours: Demands, others: Demands): Conflict => {
  const names = [...new Set([...ours.keys(), ...others.keys()])];
  const request = names.map((name) => ({
    name,
    value: ours.get(name) ?? others.get(name) ?? 'anything',
  }));
  const lines = request.map(({ name, value }) =>
    ours.get(name) === undefined && others.get(name) !== undefined
      ? `${name}: ${shortHash(value)}`
      : `${name}: ${value}`,
  );
  return { request, lines };
};

/** `#` and six hexadecimal digits: enough to compare two values, too few to guess one. */
const shortHash = (value: string): string =>
  `#${createHash('sha256').update(value).digest('hex').slice(0, 6)}`;
