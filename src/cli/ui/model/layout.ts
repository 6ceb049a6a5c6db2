import type { Model } from './model.ts';

/** Below this, nothing is drawn but that the terminal is too small. */
export const columnsMin = 40;
export const rowsMin = 12;

/** From this width on, a page stands beside the list instead of in its place. */
const besideColumnsMin = 140;
/** Lines of the head, with the blank one below it. */
const headRows = 4;
/** The heading of the list or the page. */
const headingRows = 1;
/** What is said, in two lines, and the keys. */
const footRows = 3;

/** How many columns and rows the parts of the view have. */
export type Layout = {
  /** Of the list, or of the page, below its heading. */
  readonly height: number;
  /** Null while the page has its place. */
  readonly listWidth: number | null;
  readonly pageWidth: number;
};

export const layoutOf = ({ size: { columns, rows }, page }: Model): Layout => {
  const height = Math.max(1, rows - headRows - headingRows - footRows);
  if (page === null) return { height, listWidth: columns, pageWidth: columns };
  const beside = columns >= besideColumnsMin && page.kind !== 'help';
  const listWidth = beside ? Math.floor(columns / 2) : null;
  return { height, listWidth, pageWidth: columns - (listWidth ?? 0) };
};
