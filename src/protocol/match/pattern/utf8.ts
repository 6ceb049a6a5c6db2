import type { Range } from './syntax.ts';

/** For each octet of an encoding the octets that may stand there. */
export type OctetSequence = readonly Range[];

// The code points whose encodings have one, two, three and four octets; surrogates have none.
const lengths: readonly Range[] = [
  [0, 0x7f],
  [0x80, 0x7ff],
  [0x800, 0xd7ff],
  [0xe000, 0xffff],
  [0x1_0000, 0x10_ffff],
];

/** The UTF-8 encodings (RFC 3629) of all code points in `ranges`, and nothing else. */
export const encodings = (ranges: readonly Range[]): readonly OctetSequence[] =>
  ranges.flatMap(([first, last]) =>
    lengths.flatMap(([least, most]) =>
      first > most || last < least ? [] : split(Math.max(first, least), Math.min(last, most)),
    ),
  );

// Cuts until first and last differ in whole groups of six bits only.
const split = (first: number, last: number): readonly OctetSequence[] => {
  for (let bits = 6; bits <= 18; bits += 6) {
    if (last < 0x80) break;
    const mask = 2 ** bits - 1;
    if (first >> bits === last >> bits) break;
    if ((first & mask) !== 0) {
      return [...split(first, first | mask), ...split((first | mask) + 1, last)];
    }
    if ((last & mask) !== mask) {
      return [...split(first, (last & ~mask) - 1), ...split(last & ~mask, last)];
    }
  }
  const ends = encode(last);
  return [encode(first).map((octet, index): Range => [octet, ends[index] as number])];
};

const encode = (point: number): readonly number[] => {
  if (point < 0x80) return [point];
  if (point < 0x800) return [0xc0 | (point >> 6), tail(point)];
  if (point < 0x1_0000) return [0xe0 | (point >> 12), tail(point >> 6), tail(point)];
  return [0xf0 | (point >> 18), tail(point >> 12), tail(point >> 6), tail(point)];
};

const tail = (bits: number): number => 0x80 | (bits & 0x3f);
