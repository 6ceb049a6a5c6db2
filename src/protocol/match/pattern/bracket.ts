import { posixClasses } from './classes.ts';
import { type Escape, type Fold, readEscape } from './escape.ts';
import { PatternFault } from './fault.ts';
import { negate, normalize } from './ranges.ts';
import type { Range } from './syntax.ts';

export type Bracket = {
  readonly ranges: readonly Range[];
  /** The index after the closing bracket. */
  readonly end: number;
};

/** Reads the class in brackets that opens at `at`. */
export const readBracket = (text: string, at: number, fold: Fold): Bracket => {
  const negated = text[at + 1] === '^';
  const begin = at + (negated ? 2 : 1);
  const ranges: Range[] = [];
  let next = begin;
  while (next === begin || text[next] !== ']') {
    if (next >= text.length) throw new PatternFault('[ is never closed', at);
    next = readPart(text, next, fold, ranges);
  }
  return { ranges: negated ? negate(ranges) : normalize(ranges), end: next + 1 };
};

const readPart = (text: string, at: number, fold: Fold, ranges: Range[]): number => {
  const named = /^\[:(\^?)([a-z]*):\]/.exec(text.slice(at, at + 16));
  if (named !== null) {
    const [whole, not = '', name = ''] = named;
    const members = posixClasses.get(name);
    if (members === undefined) throw new PatternFault(`[:${name}:] is no class`, at);
    ranges.push(...(not === '' ? fold(members, at) : negate(fold(members, at))));
    return at + whole.length;
  }
  const first = readCharacter(text, at, fold);
  if (text[first.end] !== '-' || text[first.end + 1] === ']' || first.point === undefined) {
    ranges.push(...first.ranges);
    return first.end;
  }
  if (text[first.end + 1] === undefined) throw new PatternFault('[ is never closed', at);
  const last = readCharacter(text, first.end + 1, fold);
  if (last.point === undefined) throw new PatternFault('a range must end with one character', at);
  if (last.point < first.point) {
    throw new PatternFault(`${text.slice(at, last.end)} is a range from high to low`, at);
  }
  ranges.push(...fold([[first.point, last.point]], at));
  return last.end;
};

const readCharacter = (text: string, at: number, fold: Fold): Escape => {
  if (text[at] === '\\') return readEscape(text, at, fold);
  const point = text.codePointAt(at) as number;
  return { ranges: fold([[point, point]], at), end: at + (point > 0xffff ? 2 : 1), point };
};
