import type { Condition, Predicate } from '../match.ts';
import { textOf } from './octets.ts';
import { demandsOf, type Variable, variableText } from './overlap/literal.ts';
import { newWork, type Work } from './overlap/product.ts';
import { implies, satisfy } from './overlap/satisfy.ts';
import type { Assignment } from './overlap/solve.ts';
import { type Witness, witnessOf } from './overlap/witness.ts';
import { predicatesIn } from './predicate.ts';
import { shortHash } from './short-hash.ts';

/** Two general rules that take the same requests. */
export type Conflict = {
  /** A request that both match; undefined when that is likely but too large to decide. */
  readonly witness: Witness | undefined;
  /**
   * The witness as lines; a value that only the other rule supplies is a short hash. Where a request
   * goes, its path and method, is always said.
   */
  readonly lines: readonly string[];
  /** The narrower of the two, when the wider one goes first and would leave it nothing. */
  readonly starved?: 'mine' | 'theirs';
};

/**
 * Decides whether two general rules conflict: when some request matches both, unless one strictly
 * implies the other, for then the narrower one simply goes first: unless `mineFirst`, which of
 * them the order puts first, says that it does not. What can't be decided within the limits counts
 * as a conflict without a witness; `work` may be shared by many comparisons.
 */
export const conflictBetween = (
  mine: readonly Condition[],
  theirs: readonly Condition[],
  work: Work = newWork(),
  mineFirst?: boolean,
): Conflict | undefined => {
  // Nearly all pairs of rules are told apart here, and a new rule is compared with every other.
  if (areApart(mine, theirs)) return undefined;
  const both = satisfy([...mine, ...theirs], work);
  if (both === 'none') return undefined;
  const isNarrower = implies(mine, theirs, work);
  if (isNarrower !== implies(theirs, mine, work)) {
    if (mineFirst === undefined || mineFirst === isNarrower) return undefined;
    return { ...conflictOf(both, mine, theirs), starved: isNarrower ? 'mine' : 'theirs' };
  }
  return conflictOf(both, mine, theirs);
};

const conflictOf = (
  both: Assignment | 'unknown',
  mine: readonly Condition[],
  theirs: readonly Condition[],
): Conflict => {
  if (both === 'unknown') return { witness: undefined, lines: [] };
  return { witness: witnessOf(both), lines: linesOf(both, mine, theirs) };
};

/** Whether one header would need two values for a request to match both. */
const areApart = (mine: readonly Condition[], theirs: readonly Condition[]): boolean =>
  mine.some(
    (one) =>
      'header' in one &&
      'equals' in one &&
      theirs.some(
        (other) =>
          'header' in other &&
          'equals' in other &&
          other.header === one.header &&
          other.equals !== one.equals,
      ),
  );

const linesOf = (
  assignment: Assignment,
  mine: readonly Condition[],
  theirs: readonly Condition[],
): readonly string[] => {
  const own = valuesAskedBy(mine);
  const others = valuesAskedBy(theirs);
  const shown = (variable: Variable, value: string): string => {
    const key = variableText(variable);
    const isPlace = variable.kind === 'path' || variable.kind === 'method';
    const isTheirs = !isPlace && others.has(key) && own.get(key)?.includes(value) !== true;
    return isTheirs ? shortHash(value) : textOf(value);
  };
  return assignment.map(([variable, value]) => lineOf(variable, shown(variable, value)));
};

/** By variable that a rule asks for a value, the whole values that it names. */
const valuesAskedBy = (
  conditions: readonly Condition[],
): ReadonlyMap<string, readonly string[]> => {
  const asked = new Map<string, readonly string[]>();
  for (const predicate of predicatesIn({ all: conditions })) {
    for (const { variable, value } of demandsOf(predicate)) {
      const key = variableText(variable);
      const only = value?.only === undefined ? [] : [value.only];
      if (value !== undefined) asked.set(key, [...(asked.get(key) ?? []), ...only]);
    }
  }
  return asked;
};

const lineOf = ({ kind, name }: Variable, value: string): string => {
  if (kind === 'header') return `${name}: ${value}`;
  if (kind === 'baggage') return `baggage: ${name}=${value}`;
  if (kind === 'cookie') return `cookie: ${name}=${value}`;
  return kind === 'query' ? `?${name}=${value}` : `${kind}: ${value}`;
};

/**
 * The smallest change of `mine` after which no request matches both: another value where both ask
 * for one, else the requests left out that `theirs` asks for. Undefined when neither helps.
 */
export const smallestChange = (
  mine: readonly Condition[],
  theirs: readonly Condition[],
): readonly Condition[] | undefined => {
  const work = newWork();
  return [...otherValues(mine), ...exclusions(mine, theirs)].find(
    (changed) =>
      satisfy(changed, work) !== 'none' && satisfy([...changed, ...theirs], work) === 'none',
  );
};

const otherValues = (mine: readonly Condition[]): readonly (readonly Condition[])[] =>
  mine.flatMap((condition, index): readonly (readonly Condition[])[] =>
    'equals' in condition && !('on' in condition)
      ? [mine.with(index, { ...condition, equals: `${condition.equals}-2` })]
      : [],
  );

const exclusions = (
  mine: readonly Condition[],
  theirs: readonly Condition[],
): readonly (readonly Condition[])[] =>
  predicatesIn({ all: theirs }).map((predicate) => [...mine, { not: presenceOf(predicate) }]);

// Their value stays theirs: only whether there is one is said.
const presenceOf = (predicate: Predicate): Predicate => {
  if ('header' in predicate) return { header: predicate.header, present: true };
  if ('baggage' in predicate) return { baggage: predicate.baggage, present: true };
  if ('cookie' in predicate) return { cookie: predicate.cookie, present: true };
  if ('query' in predicate) return { query: predicate.query, present: true };
  return predicate;
};
