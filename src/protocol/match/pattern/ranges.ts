import type { Range } from './syntax.ts';

/** The last code point of Unicode. */
export const codePointMax = 0x10_ffff;

/** In order, none touching another. */
export const normalize = (ranges: readonly Range[]): readonly Range[] => {
  const sorted = [...ranges].sort(([one], [other]) => one - other);
  const merged: [number, number][] = [];
  for (const [first, last] of sorted) {
    const before = merged.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else merged.push([first, last]);
  }
  return merged;
};

/** All from 0 to `last` that are not in `ranges`. */
export const negate = (ranges: readonly Range[], last: number = codePointMax): readonly Range[] => {
  const gaps: Range[] = [];
  let next = 0;
  for (const [first, end] of normalize(ranges)) {
    if (first > next) gaps.push([next, first - 1]);
    next = end + 1;
  }
  return next <= last ? [...gaps, [next, last]] : gaps;
};

/** `ranges` without one value. */
export const without = (ranges: readonly Range[], value: number): readonly Range[] =>
  ranges.flatMap(([first, last]): readonly Range[] => {
    if (value < first || value > last) return [[first, last]];
    const below: readonly Range[] = value > first ? [[first, value - 1]] : [];
    return value < last ? [...below, [value + 1, last]] : below;
  });

// RE2 folds by Unicode: these two are the only letters outside ASCII that fold to one inside.
const kelvin = 0x21_2a;
const longS = 0x01_7f;

/** With the other case of each ASCII letter (RE2's `(?i)`, whose k and s have a third form). */
export const foldCase = (ranges: readonly Range[]): readonly Range[] => {
  const folded = [...ranges];
  for (let lower = 0x61; lower <= 0x7a; lower++) {
    const forms = [lower, lower - 0x20];
    if (lower === 0x6b) forms.push(kelvin);
    if (lower === 0x73) forms.push(longS);
    const has = forms.some((form) => ranges.some(([first, last]) => first <= form && form <= last));
    if (has) for (const form of forms) folded.push([form, form]);
  }
  return normalize(folded);
};
