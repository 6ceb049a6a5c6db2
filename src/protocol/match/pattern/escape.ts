import { perlClasses } from './classes.ts';
import { PatternFault } from './fault.ts';
import { codePointMax, negate } from './ranges.ts';
import type { Range } from './syntax.ts';

/** What an escape stands for: `ranges`, and the index after it. */
export type Escape = {
  readonly ranges: readonly Range[];
  readonly end: number;
  /** Its only code point; undefined for a class, with which no range may begin or end. */
  readonly point: number | undefined;
};

const controls: ReadonlyMap<string, number> = new Map([
  ['a', 0x07],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['v', 0x0b],
]);

/** What becomes of ranges when case is ignored; `at` is where they are written. */
export type Fold = (ranges: readonly Range[], at: number) => readonly Range[];

/** Reads the escape whose backslash is at `at`, inside or outside brackets. */
export const readEscape = (text: string, at: number, fold: Fold): Escape => {
  const letter = text[at + 1] ?? '';
  const members = perlClasses.get(letter.toLowerCase());
  if (members !== undefined) {
    const ranges = fold(members, at);
    const isOthers = letter !== letter.toLowerCase();
    return { ranges: isOthers ? negate(ranges) : ranges, end: at + 2, point: undefined };
  }
  const { point, end } = readSingle(text, at);
  return { ranges: fold([[point, point]], at), end, point };
};

type Single = { readonly point: number; readonly end: number };

const readSingle = (text: string, at: number): Single => {
  const letter = text[at + 1];
  if (letter === undefined) throw new PatternFault('a backslash ends it; write \\\\', at);
  const control = controls.get(letter);
  if (control !== undefined) return { point: control, end: at + 2 };
  if (letter === 'x') return hexadecimal(text, at);
  if (/^[!-/:-@[-`{-~ ]$/.test(letter)) return { point: letter.charCodeAt(0), end: at + 2 };
  throw new PatternFault(whyNot(letter), at);
};

const hexadecimal = (text: string, at: number): Single => {
  const found = /^\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,8})\})/.exec(text.slice(at, at + 12));
  const point = Number.parseInt(found?.[1] ?? found?.[2] ?? '', 16);
  if (found === null || Number.isNaN(point) || point > codePointMax) {
    throw new PatternFault('\\x needs two hexadecimal digits, or \\x{10FFFF} at most', at);
  }
  return { point, end: at + found[0].length };
};

const whyNot = (letter: string): string => {
  if (/[0-9]/.test(letter)) {
    return `\\${letter} refers back to a group, which can't be done in linear time`;
  }
  if (letter === 'b' || letter === 'B') {
    return `\\${letter} is not supported: the whole value must match, so write what stands around`;
  }
  if (letter === 'p' || letter === 'P') {
    return `\\${letter} is not supported: classes of Unicode change; list the characters`;
  }
  if (letter === 'Q') return '\\Q is not supported; write a backslash before each character';
  return `\\${letter} is no escape`;
};
