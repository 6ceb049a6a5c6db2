import type { Condition } from '../match.ts';
import { partsOf, predicateOf } from './predicate.ts';

/** The same conditions without lists of one, lists in lists of the same kind, and `not not`. */
export const simplify = (all: readonly Condition[]): readonly Condition[] =>
  all.flatMap((condition) => {
    const simple = simpleOf(condition);
    return 'all' in simple ? simple.all : [simple];
  });

const simpleOf = (condition: Condition): Condition => {
  if ('all' in condition) {
    const all = simplify(condition.all);
    return all.length === 1 ? (all[0] as Condition) : { all };
  }
  if ('any' in condition) {
    const any = condition.any.flatMap((part) => {
      const simple = simpleOf(part);
      return 'any' in simple ? simple.any : [simple];
    });
    return any.length === 1 ? (any[0] as Condition) : { any };
  }
  if (!('not' in condition)) return predicateOf(partsOf(condition));
  const not = simpleOf(condition.not);
  return 'not' in not ? not.not : { not };
};
