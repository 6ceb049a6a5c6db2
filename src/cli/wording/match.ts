import { printMatch } from '../../protocol/match/expression/print.ts';
import { type Operator, partsOf } from '../../protocol/match/predicate.ts';
import { subjectInWords } from '../../protocol/match/sentence.ts';
import type { Condition, Match, Predicate } from '../../protocol/match.ts';
import { plain } from './plain.ts';

/** A rule in words: `your key`, or `header x-tenant = "acme" and path starts with "/price"`. */
export const matchInWords = (match: Match, whose = 'your'): string => {
  const parts = (match.all ?? []).map(conditionInWords);
  if ('key' in match) return [`${whose} key`, ...parts].join(' and ');
  return parts.length === 0 ? 'every request' : parts.join(' and ');
};

/** Whose key a rule is about, when it may be that of a run of a pipeline. */
export const whoseKey = (run: string | undefined, otherwise: string): string =>
  run === undefined ? otherwise : `run ${plain(run)}’s`;

const conditionInWords = (condition: Condition): string => {
  if ('any' in condition || 'all' in condition) {
    return `(${plain(printMatch({ all: [condition] }))})`;
  }
  if (!('not' in condition)) return predicateInWords(condition);
  const { not } = condition;
  return 'any' in not || 'all' in not || 'not' in not
    ? plain(printMatch({ all: [condition] }))
    : `not ${predicateInWords(not)}`;
};

const verbs: Readonly<Record<Operator, string>> = {
  present: '',
  equals: '=',
  prefix: 'starts with',
  suffix: 'ends with',
  contains: 'contains',
  matches: 'matches',
};

/** One condition: `header x-tenant = "acme"`, `query parameter debug`. */
export const predicateInWords = (predicate: Predicate): string => {
  const parts = partsOf(predicate);
  const subject = plain(subjectInWords(parts));
  if (parts.operator === 'present') return subject;
  return `${subject} ${verbs[parts.operator]} "${plain(parts.value)}"`;
};
