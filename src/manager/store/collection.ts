/** Records of one kind. Reads see every write at once; a write's promise tells when it is durable. */
export type Collection<Item extends { readonly id: string }> = {
  readonly get: (id: string) => Item | undefined;
  /** In the order in which they were first put. */
  readonly values: () => Iterable<Item>;
  readonly size: () => number;
  /** Adds or replaces. A rejection means that it was undone. */
  readonly put: (item: Item) => Promise<void>;
  readonly remove: (id: string) => Promise<void>;
};

/** One write, as the journal keeps it. */
export type Change =
  | { readonly in: string; readonly put: { readonly id: string } }
  | { readonly in: string; readonly remove: string };

/** A collection in memory whose writes go through `commit`. */
export const collect = <Item extends { readonly id: string }>(
  name: string,
  items: Map<string, Item>,
  commit: (change: Change) => Promise<void>,
): Collection<Item> => {
  /** Undoes a write that did not become durable, unless a later one replaced it. */
  const undo = (id: string, written: Item | undefined, before: Item | undefined): void => {
    if (items.get(id) !== written) return;
    if (before === undefined) items.delete(id);
    else items.set(id, before);
  };
  const write = async (id: string, item: Item | undefined, change: Change): Promise<void> => {
    const before = items.get(id);
    if (item === undefined) items.delete(id);
    else items.set(id, item);
    try {
      await commit(change);
    } catch (error) {
      undo(id, item, before);
      throw error;
    }
  };
  return {
    get: (id) => items.get(id),
    values: () => items.values(),
    size: () => items.size,
    put: (item) => write(item.id, item, { in: name, put: item }),
    remove: (id) => write(id, undefined, { in: name, remove: id }),
  };
};
