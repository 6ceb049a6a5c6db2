import type { Condition, Match, Predicate } from '../../match.ts';
import { partsOf } from '../predicate.ts';
import { simplify } from '../simplify.ts';
import { methodOf } from './names.ts';

/** A rule as an expression that `parseExpression` reads as the same rule, simplified. */
export const printMatch = (match: Match): string => {
  const all = simplify(match.all ?? []);
  const parts = all.map((part) => printPart(part, 'all'));
  const whole = 'key' in match ? ['key', ...parts] : parts;
  if (whole.length === 0) return 'true';
  // Alone, a list of alternatives needs no brackets.
  const [only] = all;
  return whole.length === 1 && only !== undefined ? printCondition(only) : whole.join(' and ');
};

export const printCondition = (condition: Condition): string => {
  if ('all' in condition) return condition.all.map((part) => printPart(part, 'all')).join(' and ');
  if ('any' in condition) return condition.any.map((part) => printPart(part, 'any')).join(' or ');
  if (!('not' in condition)) return printPredicate(condition);
  const { not } = condition;
  return 'equals' in not ? printEquals(not, '!=') : `not ${printPart(not, 'not')}`;
};

const printPart = (part: Condition, within: 'all' | 'any' | 'not'): string => {
  const isBare = !('any' in part) && !('all' in part);
  const text = printCondition(part);
  return isBare || (within === 'any' && 'all' in part) ? text : `(${text})`;
};

const printPredicate = (predicate: Predicate): string => {
  const { operator, value } = partsOf(predicate);
  if (operator === 'equals') return printEquals(predicate, '==');
  const subject = printSubject(predicate);
  return operator === 'present'
    ? subject
    : `${subject}.${methodOf.get(operator)}(${quoted(value)})`;
};

const printEquals = (predicate: Predicate, sign: string): string =>
  `${printSubject(predicate)} ${sign} ${quoted(partsOf(predicate).value)}`;

const printSubject = (predicate: Predicate): string => {
  const { kind, name } = partsOf(predicate);
  return name === '' ? kind : `${kind}(${quoted(name)})`;
};

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
