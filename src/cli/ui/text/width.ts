import { plain } from '../../wording/plain.ts';

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const onlyAscii = /^[\x20-\x7e]*$/;
const invisible = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
const pictured = /\p{Emoji_Presentation}|\ufe0f/u;

/** First and last code points that East Asian terminals draw over two columns. */
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1b000, 0x1b2ff],
  [0x20000, 0x3fffd],
];

const columnsOf = (grapheme: string): number => {
  if (invisible.test(grapheme)) return 0;
  if (pictured.test(grapheme)) return 2;
  const point = grapheme.codePointAt(0) ?? 0;
  return wideRanges.some(([first, last]) => point >= first && point <= last) ? 2 : 1;
};

/** Columns that a text takes in a terminal. It has no escape sequences and no line breaks. */
export const widthOf = (text: string): number => {
  if (onlyAscii.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of segmenter.segment(text)) columns += columnsOf(segment);
  return columns;
};

/** Text from outside, safe for one line; a tab becomes blanks. */
export const oneLine = (text: string): string => plain(text.replaceAll('\t', '  '));

/** At most that many columns; what is cut ends in `…`. */
export const cut = (text: string, columns: number): string => {
  if (columns <= 0) return '';
  if (onlyAscii.test(text)) {
    return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
  }
  // Nothing beyond this many units can be seen, whatever its width.
  const near = text.length > columns * 16 ? text.slice(0, columns * 16) : text;
  if (near.length === text.length && widthOf(text) <= columns) return text;
  let kept = '';
  let taken = 0;
  for (const { segment } of segmenter.segment(near)) {
    taken += columnsOf(segment);
    if (taken > columns - 1) break;
    kept += segment;
  }
  return `${kept}…`;
};

/** Exactly that many columns: cut, or blanks behind it. */
export const fit = (text: string, columns: number): string => {
  const short = cut(text, columns);
  return short + ' '.repeat(Math.max(0, columns - widthOf(short)));
};

/** Exactly that many columns, with blanks before it. */
export const fitRight = (text: string, columns: number): string => {
  const short = cut(text, columns);
  return ' '.repeat(Math.max(0, columns - widthOf(short))) + short;
};

/** Lines of at most that many columns, broken between words where that is possible. */
export const wrap = (text: string, columns: number): readonly string[] => {
  if (widthOf(text) <= columns) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<= )/)) {
    if (widthOf(line + word.trimEnd()) <= columns) {
      line += word;
      continue;
    }
    if (line !== '') lines.push(line.trimEnd());
    line = word;
    while (widthOf(line.trimEnd()) > columns) {
      const head = headOf(line, columns);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return line.trimEnd() === '' ? lines : [...lines, line.trimEnd()];
};

const headOf = (text: string, columns: number): string => {
  let head = '';
  let taken = 0;
  for (const { segment } of segmenter.segment(text.slice(0, columns * 16))) {
    taken += columnsOf(segment);
    if (taken > columns && head !== '') break;
    head += segment;
  }
  return head;
};
