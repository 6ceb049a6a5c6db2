import * as v from 'valibot';
import {
  conditionDepthMax,
  headerNameCharactersMax,
  headerValueCharactersMax,
  patternCharactersMax,
  predicatesMax,
} from './limits.ts';

/** What a predicate looks at. Of a baggage member, cookie or query parameter the first one counts. */
export type Subject =
  | { readonly header: string }
  | { readonly baggage: string }
  | { readonly cookie: string }
  | { readonly query: string }
  | { readonly on: Place };

/** What a request has once. */
export type Place = 'path' | 'method' | 'host' | 'grpc.service' | 'grpc.method';

/** What must hold for its value. `matches` is a regular expression for the whole value. */
export type Operation =
  | { readonly equals: string }
  | { readonly present: true }
  | { readonly prefix: string }
  | { readonly suffix: string }
  | { readonly contains: string }
  | { readonly matches: string };

/** One condition on a request. A repeated header counts as one value, its lines joined by ", ". */
export type Predicate = Subject & Operation;

/** Predicates and what combines them. */
export type Condition =
  | Predicate
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition };

/**
 * What a user asks for: requests that meet all conditions, or requests with the owner's key, of
 * those only the ones that meet all conditions if there are any.
 */
export type Match =
  | { readonly key: 'personal'; readonly all?: readonly Condition[] }
  | { readonly all: readonly Condition[] };

/** What an agent is told: a key only as its SHA-256 in lower-case hex, never the key. */
export type RuleMatch =
  | { readonly keySha256: string; readonly all?: readonly Condition[] }
  | { readonly all: readonly Condition[] };

const headerNameSchema = v.pipe(
  v.string(),
  v.maxLength(headerNameCharactersMax),
  v.regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, 'is not a header name'),
);

const otherNameSchema = v.pipe(
  v.string(),
  v.minLength(1, 'is empty'),
  v.maxLength(headerNameCharactersMax),
  v.regex(/^[^\0\r\n]*$/, 'has a line break or NUL'),
);

const valueSchema = v.pipe(
  v.string(),
  v.maxLength(headerValueCharactersMax),
  v.regex(/^[^\0\r\n]*$/, 'has a line break or NUL'),
);
const partSchema = v.pipe(valueSchema, v.minLength(1, 'is empty'));

const subjects = [
  { header: headerNameSchema },
  { baggage: headerNameSchema },
  { cookie: headerNameSchema },
  { query: otherNameSchema },
];
const always = { on: v.picklist(['path', 'method', 'host']) };
const calls = { on: v.picklist(['grpc.service', 'grpc.method']) };

const present = { present: v.literal(true) };
const operations = [
  { equals: valueSchema },
  { prefix: partSchema },
  { suffix: partSchema },
  { contains: partSchema },
  { matches: v.pipe(valueSchema, v.maxLength(patternCharactersMax)) },
];

// That there is a path would say nothing.
const predicateSchemas = [
  ...[...subjects, calls].map((subject) => v.strictObject({ ...subject, ...present })),
  ...[...subjects, calls, always].flatMap((subject) =>
    operations.map((operation) => v.strictObject({ ...subject, ...operation })),
  ),
] as unknown as readonly v.GenericSchema<unknown, Predicate>[];

const tooDeep = v.never(`is nested deeper than ${conditionDepthMax}`);

// Asked before anything is read, so that no nesting from outside can use up the stack.
const isTooDeep = (input: unknown, levels: number): boolean => {
  if (typeof input !== 'object' || input === null) return false;
  if (levels === 0) return true;
  return Object.values(input).some((value) => isTooDeep(value, levels - 1));
};

const nestedSchema: v.GenericSchema<unknown, Condition> = v.lazy((input) =>
  isTooDeep(input, conditionDepthMax * 2) ? tooDeep : conditionSchema,
);

const listSchema = v.pipe(v.array(nestedSchema), v.minLength(1), v.maxLength(predicatesMax));

/** One condition; how deep it goes is limited where it stands in a match. */
export const conditionSchema: v.GenericSchema<unknown, Condition> = v.union([
  ...predicateSchemas,
  v.strictObject({ all: listSchema }),
  v.strictObject({ any: listSchema }),
  v.strictObject({ not: nestedSchema }),
]);

const countOf = (condition: Condition): number => {
  if ('all' in condition) return condition.all.reduce((sum, part) => sum + countOf(part), 0);
  if ('any' in condition) return condition.any.reduce((sum, part) => sum + countOf(part), 0);
  return 'not' in condition ? countOf(condition.not) : 1;
};

const allSchema: v.GenericSchema<unknown, readonly Condition[]> = v.pipe(
  v.array(nestedSchema),
  v.maxLength(predicatesMax),
  v.check(
    (all) => countOf({ all }) <= predicatesMax,
    `has more than ${predicatesMax} conditions in all`,
  ),
);

export const matchSchema: v.GenericSchema<unknown, Match> = v.union([
  v.strictObject({ key: v.literal('personal'), all: v.exactOptional(allSchema) }),
  v.strictObject({ all: allSchema }),
]);

export const ruleMatchSchema: v.GenericSchema<unknown, RuleMatch> = v.union([
  v.strictObject({
    keySha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
    all: v.exactOptional(allSchema),
  }),
  v.strictObject({ all: allSchema }),
]);
