import * as v from 'valibot';

/** Why a request did not match, one word of a closed set; stable for programs. */
export const nearMissReasons = [
  'absent',
  'other_value',
  'wrong_case',
  'name_case',
  'blanks',
  'several_lines',
  'not_first',
  'truncated',
  'in_tracestate',
  'in_property',
  'hidden_by_header',
  'part_only',
  'taken_literally',
  'encoded',
  'trailing_slash',
  'malformed',
  'not_utf8',
  'not_grpc',
  /** It has what the rule leaves out. */
  'excluded',
  /** The key is in a header, cookie or parameter that nobody reads. */
  'wrong_carrier',
  /** The key was its owner's before they rotated it. */
  'former_key',
  /** A general rule would have taken it, but it carries another user's key. */
  'others_key',
] as const;

export type NearMissReason = (typeof nearMissReasons)[number];

/**
 * A request that came close: one thing kept it from matching a rule. Holds no key and no value of
 * anybody's, only where it went and why it was not taken.
 */
export type NearMiss = {
  /** RFC 3339, by the manager's clock. */
  readonly at: string;
  readonly method: string;
  /** Without the query, at most 128 characters, anything like a key replaced by "…". */
  readonly path: string;
  readonly reason: NearMissReason;
  /** A part of a sentence: `path /admin is not in your filter`. */
  readonly detail: string;
  /** What its owner may do about it, a sentence. */
  readonly advice: string;
  /** `#` and six digits of the SHA-256 of the value that was there instead; absent without one. */
  readonly value?: string;
};

/** Characters of a path, and of a method, as they are kept and shown. */
export const nearMissPathCharactersMax = 128;
export const nearMissMethodCharactersMax = 16;
/** Milliseconds that a near miss is worth telling. */
export const nearMissAgeMs = 60_000;

const keyLike = /[a-z2-7]{26,}/gi;

/** A path as others than its sender may see it: cut, without query and without anything like a key. */
export const shownPath = (path: string): string =>
  path.replace(keyLike, '…').slice(0, nearMissPathCharactersMax);

export const valueHashSchema: v.GenericSchema<unknown, string> = v.pipe(
  v.string(),
  v.regex(/^#[0-9a-f]{6}$/),
);

export const nearMissSchema: v.GenericSchema<unknown, NearMiss> = v.object({
  at: v.string(),
  method: v.pipe(v.string(), v.maxLength(nearMissMethodCharactersMax)),
  path: v.pipe(v.string(), v.maxLength(nearMissPathCharactersMax)),
  reason: v.picklist(nearMissReasons),
  detail: v.string(),
  advice: v.string(),
  value: v.exactOptional(valueHashSchema),
});
