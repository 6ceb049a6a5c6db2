import type { Condition, Operation, Place, Predicate, Subject } from '../match.ts';

export type SubjectKind = 'header' | 'baggage' | 'cookie' | 'query' | Place;
export type Operator = 'equals' | 'present' | 'prefix' | 'suffix' | 'contains' | 'matches';

/** A predicate taken apart. */
export type Parts = {
  readonly kind: SubjectKind;
  /** Of a header in lower case; empty for what has no name. */
  readonly name: string;
  readonly operator: Operator;
  /** Empty for `present`. */
  readonly value: string;
};

export const partsOf = (predicate: Predicate): Parts => ({
  ...subjectOf(predicate),
  ...operationOf(predicate),
});

const subjectOf = (subject: Subject): Pick<Parts, 'kind' | 'name'> => {
  if ('header' in subject) return { kind: 'header', name: subject.header.toLowerCase() };
  if ('baggage' in subject) return { kind: 'baggage', name: subject.baggage };
  if ('cookie' in subject) return { kind: 'cookie', name: subject.cookie };
  if ('query' in subject) return { kind: 'query', name: subject.query };
  return { kind: subject.on, name: '' };
};

const operationOf = (operation: Operation): Pick<Parts, 'operator' | 'value'> => {
  if ('equals' in operation) return { operator: 'equals', value: operation.equals };
  if ('prefix' in operation) return { operator: 'prefix', value: operation.prefix };
  if ('suffix' in operation) return { operator: 'suffix', value: operation.suffix };
  if ('contains' in operation) return { operator: 'contains', value: operation.contains };
  if ('matches' in operation) return { operator: 'matches', value: operation.matches };
  return { operator: 'present', value: '' };
};

/** The predicate that has these parts. */
export const predicateOf = ({ kind, name, operator, value }: Parts): Predicate => {
  const operation = (
    operator === 'present' ? { present: true } : { [operator]: value }
  ) as Operation;
  switch (kind) {
    case 'header':
      return { header: name, ...operation };
    case 'baggage':
      return { baggage: name, ...operation };
    case 'cookie':
      return { cookie: name, ...operation };
    case 'query':
      return { query: name, ...operation };
    default:
      return { on: kind, ...operation };
  }
};

/** All predicates of a condition, at whatever depth, in order. */
export const predicatesIn = (condition: Condition): readonly Predicate[] => {
  if ('all' in condition) return condition.all.flatMap(predicatesIn);
  if ('any' in condition) return condition.any.flatMap(predicatesIn);
  return 'not' in condition ? predicatesIn(condition.not) : [condition];
};
