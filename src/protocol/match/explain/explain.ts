import { createHash } from 'node:crypto';
import type { Condition, Predicate, RuleMatch } from '../../match.ts';
import { printCondition } from '../expression/print.ts';
import { isKeyForm } from '../key-form.ts';
import { compileMatcher, compileReader, keyOf } from '../matcher.ts';
import { textOf } from '../octets.ts';
import { partsOf, predicatesIn } from '../predicate.ts';
import { RequestReading } from '../reading.ts';
import type { RequestFields } from '../request-fields.ts';
import { whyNoKey } from './key.ts';
import type { Reason } from './reason.ts';
import { whyNot } from './why-not.ts';

/** What one condition of a rule says about a request. */
export type PredicateVerdict = {
  /** As an expression; `key` for the routing key. */
  readonly expression: string;
  readonly met: boolean;
  /** Why not, the likeliest first; empty when it is met. */
  readonly reasons: readonly Reason[];
  /** What the request has there, what is not UTF-8 shown as U+FFFD; never said for a key. */
  readonly value: string | undefined;
};

export type RuleVerdict = {
  readonly matches: boolean;
  /** A general rule that would match, but the request carries another user's key. */
  readonly passedOver: boolean;
  /** In the order in which the rule has them, at whatever depth. */
  readonly predicates: readonly PredicateVerdict[];
  /** The one predicate without whose verdict the rule would have matched: a near miss. */
  readonly nearMiss: PredicateVerdict | undefined;
};

/** What of a rule is explained. */
export type ExplainedRule = {
  readonly match: RuleMatch;
  readonly ownerKeySha256?: string;
  /** A general rule that takes requests with another user's key, too. */
  readonly otherKeys?: true;
};

/**
 * Says of a rule and a request whether it matches, predicate by predicate, and what is wrong with
 * those that are not met. Agrees with `compileMatcher`. Throws `PatternFault`.
 */
export const explain = (rule: ExplainedRule, request: RequestFields): RuleVerdict => {
  const reading = new RequestReading(request);
  const conditions = rule.match.all ?? [];
  const written = predicatesIn({ all: conditions });
  const verdicts = written.map((predicate) => verdictOf(predicate, reading));
  const key = 'keySha256' in rule.match ? [keyVerdict(rule.match.keySha256, request)] : [];
  const predicates = [...key, ...verdicts];
  const met = predicates.map((verdict) => verdict.met);
  const holds = (results: readonly boolean[]): boolean =>
    results.slice(0, key.length).every(Boolean) &&
    evaluate({ all: conditions }, results.slice(key.length)[Symbol.iterator]());
  const wouldMatch = holds(met);
  const passedOver = wouldMatch && key.length === 0 && hasOthersKey(rule, request);
  const flipped = predicates.findIndex((verdict, index) => holds(met.with(index, !verdict.met)));
  return {
    matches: wouldMatch && !passedOver,
    passedOver,
    predicates,
    nearMiss: wouldMatch ? undefined : predicates[flipped],
  };
};

/**
 * What a condition says when its predicates are as given: one result for each, in the order of
 * `predicatesIn`, read also behind the deciding one.
 */
export const evaluate = (condition: Condition, results: Iterator<boolean>): boolean => {
  if ('all' in condition) {
    return condition.all.map((part) => evaluate(part, results)).every(Boolean);
  }
  if ('any' in condition) return condition.any.map((part) => evaluate(part, results)).some(Boolean);
  if ('not' in condition) return !evaluate(condition.not, results);
  return results.next().value === true;
};

const verdictOf = (predicate: Predicate, reading: RequestReading): PredicateVerdict => {
  const value = compileReader(partsOf(predicate))(reading);
  const met = compileMatcher([predicate])(reading);
  return {
    expression: printCondition(predicate),
    met,
    reasons: met ? [] : whyNot(predicate, reading, value),
    value: value === undefined ? undefined : textOf(value),
  };
};

const keyVerdict = (keySha256: string, request: RequestFields): PredicateVerdict => {
  const key = keyOf(request);
  const met = key !== undefined && sha256(key) === keySha256;
  return {
    expression: 'key',
    met,
    reasons: met ? [] : whyNoKey(request, key, (text) => sha256(text) === keySha256),
    value: undefined,
  };
};

const hasOthersKey = (
  { ownerKeySha256, otherKeys }: ExplainedRule,
  request: RequestFields,
): boolean => {
  if (otherKeys === true) return false;
  const key = keyOf(request);
  return key !== undefined && isKeyForm(key) && sha256(key) !== ownerKeySha256;
};

const sha256 = (text: string): string => createHash('sha256').update(text, 'latin1').digest('hex');
