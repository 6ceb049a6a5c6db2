import type { ExplainedPredicate } from '../../protocol/explanation.ts';
import { fieldName } from '../../protocol/http1/fields.ts';
import { memberNote } from '../../protocol/match/explain/carriers.ts';
import type { PredicateVerdict } from '../../protocol/match/explain/explain.ts';
import { printCondition } from '../../protocol/match/expression/print.ts';
import { octetsOf } from '../../protocol/match/octets.ts';
import { type Parts, partsOf, predicateOf } from '../../protocol/match/predicate.ts';
import type { RequestFields } from '../../protocol/match/request-fields.ts';
import { shortHash } from '../../protocol/match/short-hash.ts';
import type { Condition, Match, Predicate } from '../../protocol/match.ts';

const baggage = fieldName('baggage');
// Their values are credentials, or may be.
const secretHeaders = new Set(['authorization', 'proxy-authorization', 'cookie', 'baggage']);

/** A rule as others may see it: what it demands of headers and the like only as a short hash. */
export const veiledMatch = (match: Match, met: (predicate: Predicate) => boolean): Match => {
  const all = (match.all ?? []).map((condition) => veiled(condition, met));
  if (!('key' in match)) return { all };
  return match.all === undefined ? match : { key: 'personal', all };
};

const veiled = (condition: Condition, met: (predicate: Predicate) => boolean): Condition => {
  if ('all' in condition) return { all: condition.all.map((part) => veiled(part, met)) };
  if ('any' in condition) return { any: condition.any.map((part) => veiled(part, met)) };
  if ('not' in condition) return { not: veiled(condition.not, met) };
  return veiledPredicate(condition, met(condition));
};

// Whoever sends the very value knows it; where a request goes is no secret among colleagues.
const veiledPredicate = (predicate: Predicate, isMet: boolean): Predicate => {
  const parts = partsOf(predicate);
  const isOpen = 'on' in predicate || parts.operator === 'present';
  if (isOpen || (isMet && parts.operator === 'equals')) return predicate;
  return predicateOf({ ...parts, value: shortHash(octetsOf(parts.value)) });
};

/** What a condition says, in the form of the API. `predicate` is undefined for the key. */
export const explainedPredicate = (
  verdict: PredicateVerdict,
  predicate: Predicate | undefined,
  isOwn: boolean,
  request: RequestFields,
): ExplainedPredicate => {
  const { met, reasons, value, expression } = verdict;
  if (predicate === undefined) return { expression, met, reasons };
  const parts = partsOf(predicate);
  const note =
    parts.kind === 'baggage' ? memberNote(request.valueOf(baggage) ?? '', parts.name) : undefined;
  return {
    expression: isOwn ? expression : printCondition(veiledPredicate(predicate, met)),
    met,
    reasons,
    ...(value === undefined ? {} : { value: isSecret(parts) ? shortHash(octetsOf(value)) : value }),
    ...(note === undefined ? {} : { note }),
  };
};

const isSecret = ({ kind, name }: Parts): boolean =>
  kind === 'cookie' || (kind === 'header' && secretHeaders.has(name));
