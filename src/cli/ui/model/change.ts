import type { NearMiss } from '../../../protocol/near-miss.ts';
import type { ExchangeSummary } from '../../recorder/view.ts';
import type { Size } from '../terminal/screen.ts';
import { type Head, type Line, type Model, type Notice, type Page, rowsMax } from './model.ts';

/** Something that came about, apart from keys. */
export type Change =
  | { readonly type: 'head'; readonly head: Partial<Head> }
  /** Oldest first; one that is known already takes its place. */
  | { readonly type: 'rows'; readonly rows: readonly ExchangeSummary[] }
  | { readonly type: 'misses'; readonly misses: readonly NearMiss[] }
  | { readonly type: 'size'; readonly size: Size }
  | { readonly type: 'notice'; readonly notice: Notice | null }
  | { readonly type: 'page'; readonly page: Page }
  /** What a page shows, unless another one was opened meanwhile. */
  | {
      readonly type: 'lines';
      readonly of: Page['kind'];
      readonly id: string | null;
      readonly lines: readonly Line[];
    }
  | { readonly type: 'time'; readonly now: number };

/** The model after a change. */
export const change = (model: Model, event: Change): Model => {
  switch (event.type) {
    case 'head':
      return { ...model, head: { ...model.head, ...event.head } };
    case 'rows':
      return takeRows(model, event.rows);
    case 'misses':
      return { ...model, misses: event.misses };
    case 'size':
      return { ...model, size: event.size };
    case 'notice':
      return { ...model, notice: event.notice };
    case 'page':
      return { ...model, page: event.page };
    case 'lines': {
      const { page } = model;
      if (page?.kind !== event.of || page.id !== event.id) return model;
      return { ...model, page: { ...page, lines: event.lines } };
    }
    case 'time': {
      const until = model.notice?.until ?? null;
      return until !== null && until <= event.now ? { ...model, notice: null } : model;
    }
  }
};

const takeRows = (model: Model, changed: readonly ExchangeSummary[]): Model => {
  if (changed.length === 0) return model;
  const latest = new Map(changed.map((row) => [row.id, row]));
  const known = model.rows.map((row) => {
    const newer = latest.get(row.id);
    latest.delete(row.id);
    return newer ?? row;
  });
  const oldest = model.rows.length < rowsMax ? undefined : model.rows.at(-1);
  const isKept = ({ at }: ExchangeSummary): boolean => oldest === undefined || at >= oldest.at;
  const fresh = [...latest.values()].filter(isKept).sort(newestFirst);
  return { ...model, rows: [...fresh, ...known].slice(0, rowsMax) };
};

// In the order of arrival where two came in the same millisecond.
const newestFirst = (left: ExchangeSummary, right: ExchangeSummary): number =>
  left.at === right.at ? numberOf(right) - numberOf(left) : left.at < right.at ? 1 : -1;

const numberOf = ({ id }: ExchangeSummary): number => Number(/\d+$/.exec(id)?.[0] ?? 0);
