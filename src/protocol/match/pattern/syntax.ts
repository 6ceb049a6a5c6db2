/** First and last of a run of code points or octets, both included. */
export type Range = readonly [first: number, last: number];

/** A regular expression, read. `set` is one code point, `octets` one octet, as in `ranges`. */
export type Syntax =
  | { readonly type: 'set'; readonly ranges: readonly Range[] }
  | { readonly type: 'octets'; readonly ranges: readonly Range[] }
  | { readonly type: 'sequence'; readonly parts: readonly Syntax[] }
  | { readonly type: 'choice'; readonly parts: readonly Syntax[] }
  /** `most` is Infinity without an upper bound. */
  | {
      readonly type: 'repeat';
      readonly part: Syntax;
      readonly least: number;
      readonly most: number;
    }
  | { readonly type: 'begin' }
  | { readonly type: 'end' };

/** Any octets at all, valid UTF-8 or not. */
export const anything: Syntax = {
  type: 'repeat',
  part: { type: 'octets', ranges: [[0, 0xff]] },
  least: 0,
  most: Number.POSITIVE_INFINITY,
};

export const sequence = (...parts: readonly Syntax[]): Syntax => ({ type: 'sequence', parts });

/** Exactly these octets, given as a latin1 string. */
export const literal = (octets: string): Syntax =>
  sequence(
    ...Array.from(octets, (character): Syntax => {
      const octet = character.charCodeAt(0);
      return { type: 'octets', ranges: [[octet, octet]] };
    }),
  );

/** The same with each code point and octet kept out of it that `change` leaves out of its range. */
export const mapRanges = (
  syntax: Syntax,
  change: (ranges: readonly Range[]) => readonly Range[],
): Syntax => {
  switch (syntax.type) {
    case 'set':
    case 'octets':
      return { type: syntax.type, ranges: change(syntax.ranges) };
    case 'sequence':
    case 'choice':
      return { type: syntax.type, parts: syntax.parts.map((part) => mapRanges(part, change)) };
    case 'repeat':
      return { ...syntax, part: mapRanges(syntax.part, change) };
    default:
      return syntax;
  }
};
