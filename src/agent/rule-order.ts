import type { Rule } from '../protocol/rules.ts';

/** A rule with its place among the general ones of its port. */
export type Ordered = { readonly rule: Rule; readonly rank: Rank };

/** What a rule's place depends on first, counted once: predicates, and how many are equals. */
export type Rank = { readonly predicates: number; readonly equalities: number };

export const rankOf = ({ match }: Rule): Rank =>
  'all' in match
    ? {
        predicates: match.all.length,
        equalities: match.all.filter((predicate) => 'equals' in predicate).length,
      }
    : { predicates: 1, equalities: 1 };

/** More predicates, then more equals, then the older intercept; ids end every tie. */
export const byOrder = (one: Ordered, other: Ordered): number =>
  other.rank.predicates - one.rank.predicates ||
  other.rank.equalities - one.rank.equalities ||
  compare(one.rule.createdAt, other.rule.createdAt) ||
  compare(one.rule.id, other.rule.id);

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** Puts a rule into its place of a list that is in order, with few comparisons. */
export const insertInOrder = <Item extends Ordered>(items: Item[], item: Item): void => {
  let [from, to] = [0, items.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (byOrder(items[middle] as Item, item) < 0) from = middle + 1;
    else to = middle;
  }
  items.splice(from, 0, item);
};
