import type { ExchangeSummary } from '../../recorder/view.ts';
import { readFilter } from './filter.ts';
import type { Model } from './model.ts';

/** The rows that the filter lets through, newest first. */
export const shownRows = ({ rows, filter, typing }: Model): readonly ExchangeSummary[] => {
  const text = typing ?? filter;
  return text.trim() === '' ? rows : rows.filter(readFilter(text));
};

/** Which rows stand in the list, and on which line the selected one is. */
export type Window = {
  readonly rows: readonly ExchangeSummary[];
  readonly selected: ExchangeSummary | undefined;
  /** Rows above and below what is shown. */
  readonly above: number;
  readonly below: number;
};

/** The part of the list that fits into that many lines: the selected row keeps its line. */
export const windowOf = (model: Model, height: number): Window => {
  const rows = shownRows(model);
  const index = indexOf(model, rows);
  const line = Math.min(model.line, height - 1, index);
  const first = Math.max(0, Math.min(index - line, rows.length - height));
  const shown = rows.slice(first, first + Math.max(0, height));
  return {
    rows: shown,
    selected: rows[index],
    above: first,
    below: Math.max(0, rows.length - first - shown.length),
  };
};

/** The selected row, which is the newest unless one was chosen. */
export const selectedRow = (model: Model): ExchangeSummary | undefined => {
  const rows = shownRows(model);
  return rows[indexOf(model, rows)];
};

/** Moves the selection; beyond the newest it follows again. */
export const move = (model: Model, by: number, height: number): Model => {
  const rows = shownRows(model);
  if (rows.length === 0) return model;
  const index = indexOf(model, rows);
  const next = Math.min(rows.length - 1, index + by);
  if (next < 0) return follow(model);
  const first = Math.max(0, Math.min(index - model.line, rows.length - height));
  const line = Math.max(0, Math.min(height - 1, next - first));
  return { ...model, selected: rows[next]?.id ?? null, line };
};

export const follow = (model: Model): Model => ({ ...model, selected: null, line: 0 });

// One that is too old to be kept any longer leaves the selection at the oldest.
const indexOf = ({ selected }: Model, rows: readonly ExchangeSummary[]): number => {
  if (selected === null) return 0;
  const index = rows.findIndex(({ id }) => id === selected);
  return index === -1 ? Math.max(0, rows.length - 1) : index;
};
