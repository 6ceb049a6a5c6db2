import * as v from 'valibot';
import { headerNameCharactersMax, headerValueCharactersMax, predicatesMax } from './limits.ts';

/** One condition on a request. A repeated header counts as one value, its lines joined by ", ". */
export type Predicate =
  | { readonly header: string; readonly equals: string }
  | { readonly header: string; readonly present: true };

/** What a user asks for: requests with the owner's key, or requests that meet all predicates. */
export type Match = { readonly key: 'personal' } | { readonly all: readonly Predicate[] };

/** What an agent is told: a key only as its SHA-256 in lower-case hex, never the key. */
export type RuleMatch = { readonly keySha256: string } | { readonly all: readonly Predicate[] };

const headerNameSchema = v.pipe(
  v.string(),
  v.maxLength(headerNameCharactersMax),
  v.regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, 'is not a header name'),
);

const headerValueSchema = v.pipe(
  v.string(),
  v.maxLength(headerValueCharactersMax),
  v.regex(/^[^\0\r\n]*$/, 'has a line break or NUL'),
);

export const predicateSchema: v.GenericSchema<unknown, Predicate> = v.union([
  v.strictObject({ header: headerNameSchema, equals: headerValueSchema }),
  v.strictObject({ header: headerNameSchema, present: v.literal(true) }),
]);

const allSchema = v.strictObject({
  all: v.pipe(v.array(predicateSchema), v.maxLength(predicatesMax)),
});

export const matchSchema: v.GenericSchema<unknown, Match> = v.union([
  v.strictObject({ key: v.literal('personal') }),
  allSchema,
]);

export const ruleMatchSchema: v.GenericSchema<unknown, RuleMatch> = v.union([
  v.strictObject({ keySha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) }),
  allSchema,
]);
