import type { Condition, Predicate } from '../../match.ts';
import type { NearMissReason } from '../../near-miss.ts';
import { evaluate } from '../explain/explain.ts';
import { whyNot } from '../explain/why-not.ts';
import { compileMatcher, compileReader, type Matcher, type Reader } from '../matcher.ts';
import { partsOf, predicatesIn, type SubjectKind } from '../predicate.ts';
import type { RequestReading } from '../reading.ts';
import { shortHash } from '../short-hash.ts';

/** The one predicate that kept a request away. */
export type PredicateMiss = {
  /** In the order of `predicatesIn`. */
  readonly predicate: number;
  readonly reason: NearMissReason;
  /** Of what a header, member, cookie or parameter has instead; its value is its sender's. */
  readonly value?: string;
};

/** Finds it, or undefined for a request that is not worth telling. */
export type MissFinder = (
  reading: RequestReading,
  /** Something of the rule is known to hold already, such as the key. */
  isMarked: boolean,
) => PredicateMiss | undefined;

type Compiled = {
  readonly predicate: Predicate;
  readonly kind: SubjectKind;
  readonly test: Matcher;
  readonly read: Reader;
};

// What a client puts into a request on purpose; path, method and host each request has.
const carried: readonly SubjectKind[] = ['header', 'baggage', 'cookie', 'query'];
const ordinary: readonly NearMissReason[] = ['other_value', 'absent', 'not_grpc'];

/**
 * Compiles the search for the predicate without whose verdict a rule would have matched. A request
 * is worth telling when something of the rule was put into it, right or nearly right: else each
 * ordinary request would come close to a rule with one predicate. Throws `PatternFault`.
 */
export const compileMissFinder = (conditions: readonly Condition[]): MissFinder => {
  const all = { all: conditions };
  const predicates = predicatesIn(all).map(compile);
  return (reading, isMarked) => {
    const met = predicates.map(({ test }) => test(reading));
    const holds = (results: readonly boolean[]): boolean =>
      evaluate(all, results[Symbol.iterator]());
    if (holds(met)) return undefined;
    for (const [index, one] of predicates.entries()) {
      if (!holds(met.with(index, !met[index]))) continue;
      const isMarkedElsewhere =
        isMarked || predicates.some(({ kind }, at) => at !== index && met[at] && isCarried(kind));
      const miss = missOf(one, met[index] === true, reading);
      if (isMarkedElsewhere || tellsByItself(one.kind, miss.reason)) {
        return { predicate: index, ...miss };
      }
    }
    return undefined;
  };
};

const compile = (predicate: Predicate): Compiled => {
  const parts = partsOf(predicate);
  return {
    predicate,
    kind: parts.kind,
    test: compileMatcher([predicate]),
    read: compileReader(parts),
  };
};

const isCarried = (kind: SubjectKind): boolean => carried.includes(kind);

const tellsByItself = (kind: SubjectKind, reason: NearMissReason): boolean =>
  isCarried(kind) ? reason !== 'absent' && reason !== 'excluded' : !ordinary.includes(reason);

const missOf = (
  { predicate, kind, read }: Compiled,
  isMet: boolean,
  reading: RequestReading,
): Omit<PredicateMiss, 'predicate'> => {
  const value = read(reading);
  const reason = isMet ? 'excluded' : (whyNot(predicate, reading, value)[0]?.code ?? 'other_value');
  return { reason, ...(value !== undefined && isCarried(kind) ? { value: shortHash(value) } : {}) };
};
