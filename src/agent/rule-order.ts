import { compareRanks, type Rank } from '../protocol/match/order.ts';

/** A rule with its place among those that are tried with it. */
export type Ordered = { readonly rank: Rank };

export const byOrder = (one: Ordered, other: Ordered): number => compareRanks(one.rank, other.rank);

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
