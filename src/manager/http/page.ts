import * as v from 'valibot';
import type { Page } from '../../protocol/api.ts';
import { pageItemsMax } from '../../protocol/limits.ts';

type Parameter = v.ExactOptionalSchema<v.GenericSchema<unknown, string>, undefined>;

const after: Parameter = v.exactOptional(v.pipe(v.string(), v.maxLength(512)));
const limit: Parameter = v.exactOptional(
  v.pipe(v.string(), v.regex(/^[1-9]\d{0,3}$/, 'is not a number from 1')),
);

/** What the query of every list may have. */
export const pageEntries: { readonly after: Parameter; readonly limit: Parameter } = {
  after,
  limit,
};

/** The query of most lists. */
export const pageQuery: v.GenericSchema<
  unknown,
  { readonly after?: string; readonly limit?: string }
> = v.object(pageEntries);

/** One page of at most 200 items, in the order of their cursors, which must be unique. */
export const pageOf = <Item>(
  items: readonly Item[],
  cursorOf: (item: Item) => string,
  { after, limit }: Readonly<Record<string, string>>,
): Page<Item> => {
  const size = Math.min(Number(limit ?? pageItemsMax), pageItemsMax);
  const following = items
    .map((item) => ({ item, cursor: cursorOf(item) }))
    .filter(({ cursor }) => after === undefined || cursor > after)
    .sort((one, other) => (one.cursor < other.cursor ? -1 : 1));
  const page = following.slice(0, size);
  return {
    items: page.map(({ item }) => item),
    next: following.length > size ? (page.at(-1)?.cursor ?? null) : null,
  };
};

/** Sorts by age, oldest first. */
export const byAge = ({ createdAt, id }: { readonly createdAt: string; readonly id: string }) =>
  `${createdAt}~${id}`;
