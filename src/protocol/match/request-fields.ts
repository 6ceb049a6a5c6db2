import type { FieldName } from '../http1/fields.ts';

/**
 * What matching asks about the head of a request, whichever HTTP it came in. Strings are latin1:
 * one character an octet. Nothing is made before it is asked for.
 */
export type RequestFields = {
  readonly method: string;
  /** The request target as it came: origin form, absolute form, authority or `*`. */
  readonly target: string;
  /** How many lines have that name. */
  readonly linesOf: (name: FieldName) => number;
  /**
   * The values of all lines with that name, joined with ", " in order (RFC 9110 5.3), those of
   * `cookie` with "; " (RFC 9113 8.2.3).
   */
  readonly valueOf: (name: FieldName) => string | undefined;
};
