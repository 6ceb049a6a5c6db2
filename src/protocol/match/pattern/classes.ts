import type { Range } from './syntax.ts';

const digit: readonly Range[] = [[0x30, 0x39]];
const lower: readonly Range[] = [[0x61, 0x7a]];
const upper: readonly Range[] = [[0x41, 0x5a]];
const word: readonly Range[] = [...digit, ...lower, ...upper, [0x5f, 0x5f]];
const space: readonly Range[] = [
  [0x09, 0x0a],
  [0x0c, 0x0d],
  [0x20, 0x20],
];

/** What `\d`, `\s` and `\w` stand for: ASCII, as in RE2. Their capitals are all others. */
export const perlClasses: ReadonlyMap<string, readonly Range[]> = new Map([
  ['d', digit],
  ['s', space],
  ['w', word],
]);

/** What `[:alpha:]` and its like stand for inside brackets. */
export const posixClasses: ReadonlyMap<string, readonly Range[]> = new Map<
  string,
  readonly Range[]
>([
  ['alnum', [...digit, ...lower, ...upper]],
  ['alpha', [...lower, ...upper]],
  ['ascii', [[0, 0x7f]]],
  [
    'blank',
    [
      [0x09, 0x09],
      [0x20, 0x20],
    ],
  ],
  [
    'cntrl',
    [
      [0, 0x1f],
      [0x7f, 0x7f],
    ],
  ],
  ['digit', digit],
  ['graph', [[0x21, 0x7e]]],
  ['lower', lower],
  ['print', [[0x20, 0x7e]]],
  [
    'punct',
    [
      [0x21, 0x2f],
      [0x3a, 0x40],
      [0x5b, 0x60],
      [0x7b, 0x7e],
    ],
  ],
  [
    'space',
    [
      [0x09, 0x0d],
      [0x20, 0x20],
    ],
  ],
  ['upper', upper],
  ['word', word],
  ['xdigit', [...digit, [0x41, 0x46], [0x61, 0x66]]],
]);
