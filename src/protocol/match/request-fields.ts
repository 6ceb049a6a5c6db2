import type { FieldName } from './http1/fields.ts';

/**
 * What matching asks about the fields of a request, whichever HTTP they came in. Values are latin1
 * strings: one character an octet.
 */
export type RequestFields = {
  /** How many lines have that name. */
  readonly linesOf: (name: FieldName) => number;
  /** The values of all lines with that name, joined with ", " in order (RFC 9110 5.3). */
  readonly valueOf: (name: FieldName) => string | undefined;
};
