import type { Condition, Match, Predicate } from '../match.ts';
import { type Operator, type Parts, partsOf } from './predicate.ts';
import { simplify } from './simplify.ts';

/** A rule as an English clause: `requests with your key whose path starts with "/api"`. */
export const sentenceOf = (match: Match, whose: string = 'your'): string => {
  const all = simplify(match.all ?? []);
  const head = 'key' in match ? `requests with ${whose} key` : 'requests';
  if (all.length === 0) return 'key' in match ? head : 'every request';
  return `${head} ${all.map((part) => clauseOf(part, 'all')).join(' and ')}`;
};

const clauseOf = (condition: Condition, within: 'all' | 'any' | 'not'): string => {
  if ('all' in condition || 'any' in condition) {
    const kind = 'all' in condition ? 'all' : 'any';
    const parts = ('all' in condition ? condition.all : condition.any).map((part) =>
      clauseOf(part, kind),
    );
    const text = parts.join(kind === 'all' ? ' and ' : ' or ');
    return within === kind ? text : `(${text})`;
  }
  if (!('not' in condition)) return predicateClause(condition, false);
  const { not } = condition;
  if ('all' in not || 'any' in not || 'not' in not) return `for which not ${clauseOf(not, 'not')}`;
  return predicateClause(not, true);
};

const verbs: Readonly<Record<Operator, readonly [string, string]>> = {
  present: ['is there', 'is not there'],
  equals: ['is', 'is not'],
  prefix: ['starts with', 'does not start with'],
  suffix: ['ends with', 'does not end with'],
  contains: ['contains', 'does not contain'],
  matches: ['matches', 'does not match'],
};

const predicateClause = (predicate: Predicate, isNegated: boolean): string => {
  const parts = partsOf(predicate);
  const verb = verbs[parts.operator][isNegated ? 1 : 0];
  const value = parts.operator === 'present' ? '' : ` ${JSON.stringify(parts.value)}`;
  return `whose ${subjectInWords(parts)} ${verb}${value}`;
};

/** `header x-tenant`, `baggage member tenant`, `path`, `gRPC service`. */
export const subjectInWords = ({ kind, name }: Pick<Parts, 'kind' | 'name'>): string => {
  switch (kind) {
    case 'baggage':
      return `baggage member ${name}`;
    case 'query':
      return `query parameter ${name}`;
    case 'grpc.service':
      return 'gRPC service';
    case 'grpc.method':
      return 'gRPC method';
    default:
      return name === '' ? kind : `${kind} ${name}`;
  }
};
