import type { Key } from '../terminal/keys.ts';

/** Several intercepts, one of which is chosen. */
export type Choice<T extends { readonly id: string }> = {
  readonly items: readonly T[];
  readonly selected: number;
};

export type Chosen<T extends { readonly id: string }> = {
  readonly choice: Choice<T>;
  readonly outcome?:
    | { readonly type: 'open'; readonly item: T }
    | { readonly type: 'quit' | 'interrupt' };
};

/** The choice after a key, and what it leads to. */
export const pressInChoice = <T extends { readonly id: string }>(
  choice: Choice<T>,
  { name, text }: Key,
): Chosen<T> => {
  const to = (selected: number): Chosen<T> => ({
    choice: { ...choice, selected: Math.max(0, Math.min(choice.items.length - 1, selected)) },
  });
  if (name === 'down' || text === 'j') return to(choice.selected + 1);
  if (name === 'up' || text === 'k') return to(choice.selected - 1);
  if (name === 'home' || text === 'g') return to(0);
  if (name === 'end' || text === 'G') return to(choice.items.length - 1);
  if (name === 'interrupt') return { choice, outcome: { type: 'interrupt' } };
  if (text === 'q' || name === 'escape') return { choice, outcome: { type: 'quit' } };
  const item = choice.items[choice.selected];
  const opens = name === 'enter' || name === 'right';
  return opens && item !== undefined ? { choice, outcome: { type: 'open', item } } : { choice };
};

/** Takes in how the items are now; the same one stays selected while it is there. */
export const refreshChoice = <T extends { readonly id: string }>(
  { items, selected }: Choice<T>,
  fresh: readonly T[],
): Choice<T> => {
  const index = fresh.findIndex(({ id }) => id === items[selected]?.id);
  const near = Math.max(0, Math.min(selected, fresh.length - 1));
  return { items: fresh, selected: index === -1 ? near : index };
};
