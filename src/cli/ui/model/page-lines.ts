import { cut, oneLine, wrap } from '../text/width.ts';
import type { Line, Page } from './model.ts';

/** Columns at the left of each line of a page. */
export const marginColumns = 2;

const wrapped = new WeakMap<
  readonly Line[],
  { readonly width: number; readonly lines: readonly Line[] }
>();

/** The lines of a page as wide as it is; what goes on is indented like its beginning. */
export const linesOf = (page: Page, width: number): readonly Line[] => {
  const { lines } = page;
  if (lines === undefined) return [{ text: 'One moment …', tone: 'faint' }];
  const known = wrapped.get(lines);
  if (known?.width === width) return known.lines;
  const all = lines.flatMap((line) => wrapLine(line, width - marginColumns - 1));
  wrapped.set(lines, { width, lines: all });
  return all;
};

/** The last line that may stand at the top. */
export const scrollMax = (page: Page, width: number, height: number): number =>
  Math.max(0, linesOf(page, width).length - height);

const wrapLine = ({ text, tone }: Line, width: number): readonly Line[] => {
  const safe = oneLine(text);
  const indent = /^ */.exec(safe)?.[0] ?? '';
  if (indent.length > width / 2) return [{ text: cut(safe, width), tone }];
  return wrap(safe.slice(indent.length), width - indent.length).map((part) => ({
    text: indent + part,
    tone,
  }));
};
