import * as v from 'valibot';
import { type Intercept, interceptIdSchema, prioritySchema } from './intercepts.ts';
import {
  firstLineBytesMax,
  headBytesMax,
  headerLinesMax,
  headerNameCharactersMax,
  nameCharactersMax,
} from './limits.ts';
import type { Reason } from './match/explain/reason.ts';
import { matchSchema } from './match.ts';
import { interceptStateSchema } from './rules.ts';
import { type Workload, workloadSchema } from './workload.ts';

/** The head of a request that is asked about. Texts have one character an octet (latin1). */
export type GivenRequest = {
  readonly method: string;
  /** As in the request line: `/cart?x=1`, an absolute form, `*`, or the authority of a CONNECT. */
  readonly target: string;
  /** In their order, a name as often as it has lines. */
  readonly headers: readonly (readonly [name: string, value: string])[];
};

/** Body of `POST /v1/explain`. */
export type ExplainQuestion = {
  readonly request: GivenRequest;
  /** `NAME` or `KIND/NAME`; without it the one that the host names, else all. */
  readonly service?: string;
};

const octets = (most: number): v.GenericSchema<unknown, string> =>
  v.pipe(
    v.string(),
    v.maxLength(most),
    v.regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'has a control character, or one that is no octet'),
  );
const token = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(headerNameCharactersMax),
  v.regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, 'is no token (RFC 9110 5.6.2)'),
);

export const givenRequestSchema: v.GenericSchema<unknown, GivenRequest> = v.strictObject({
  method: token,
  target: v.pipe(
    v.string(),
    v.minLength(1),
    v.maxLength(firstLineBytesMax),
    v.regex(/^[\x21-\x7e]+$/, 'has what no request target may have'),
  ),
  headers: v.pipe(v.array(v.tuple([token, octets(headBytesMax)])), v.maxLength(headerLinesMax)),
});

export const explainQuestionSchema: v.GenericSchema<unknown, ExplainQuestion> = v.strictObject({
  request: givenRequestSchema,
  service: v.exactOptional(
    v.pipe(v.string(), v.minLength(1), v.maxLength(2 * nameCharactersMax + 1)),
  ),
});

/**
 * What becomes of a request by one rule: it takes it; it would, but another one goes first; it
 * passes it over, because it carries somebody else's key; its conditions are not met.
 */
export type RuleOutcome = 'takes' | 'after' | 'passed_over' | 'no';

/** A rule that is tried earlier, and why: `it has more conditions`. */
export type GoesBefore = { readonly id: string; readonly because: string };

/** What one condition says. Of others' rules values are `#` and six digits, unless they are met. */
export type ExplainedPredicate = {
  /** As an expression; `key` for the routing key. */
  readonly expression: string;
  readonly met: boolean;
  readonly reasons: readonly Reason[];
  /** What the request has there; a short hash for cookies and credentials; absent for a key. */
  readonly value?: string;
  /** For example which of several baggage members it is. */
  readonly note?: string;
};

export type ExplainedRule = Pick<
  Intercept,
  'id' | 'owner' | 'laptop' | 'match' | 'state' | 'priority' | 'otherKeys'
> & {
  /** Whether it belongs to the one who asks. */
  readonly own: boolean;
  readonly outcome: RuleOutcome;
  /** A rule that goes before it: the one that takes the request, else the one before it. */
  readonly after?: GoesBefore;
  readonly predicates: readonly ExplainedPredicate[];
  /** What of the key the request carries; only for rules on a key. */
  readonly carriers?: readonly Carrier[];
};

/** A place where a key may be, and the two ends of the one that is there. */
export type Carrier = {
  readonly name: string;
  readonly value: string | null;
  readonly note?: string;
};

/** One port of a workload, with its rules in the order in which they are tried. */
export type ExplainedPort = {
  readonly workload: Workload;
  readonly port: number;
  readonly rules: readonly ExplainedRule[];
  /** Rules on other people's keys, which the request does not carry. */
  readonly othersKeys: number;
  /** Rules behind these that were not looked at: there are too many. */
  readonly left: number;
  /** The id of the rule that takes the request; null when the pod answers. */
  readonly winner: string | null;
};

/** Answer to `POST /v1/explain`. */
export type Explanation = {
  /** How the workloads were chosen. */
  readonly by: 'service' | 'host' | 'all';
  /** Whether it is a probe of Kubernetes, which no rule takes. */
  readonly isProbe: boolean;
  readonly ports: readonly ExplainedPort[];
};

const reasonSchema = v.object({ code: v.string(), text: v.string() }) as unknown as v.GenericSchema<
  unknown,
  Reason
>;
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const explainedRuleSchema: v.GenericSchema<unknown, ExplainedRule> = v.object({
  id: interceptIdSchema,
  owner: v.string(),
  laptop: v.string(),
  match: matchSchema,
  state: interceptStateSchema,
  priority: v.exactOptional(prioritySchema),
  otherKeys: v.exactOptional(v.literal(true)),
  own: v.boolean(),
  outcome: v.picklist(['takes', 'after', 'passed_over', 'no']),
  after: v.exactOptional(v.object({ id: interceptIdSchema, because: v.string() })),
  predicates: v.array(
    v.object({
      expression: v.string(),
      met: v.boolean(),
      reasons: v.array(reasonSchema),
      value: v.exactOptional(v.string()),
      note: v.exactOptional(v.string()),
    }),
  ),
  carriers: v.exactOptional(
    v.array(
      v.object({
        name: v.string(),
        value: v.nullable(v.string()),
        note: v.exactOptional(v.string()),
      }),
    ),
  ),
});

export const explanationSchema: v.GenericSchema<unknown, Explanation> = v.object({
  by: v.picklist(['service', 'host', 'all']),
  isProbe: v.boolean(),
  ports: v.array(
    v.object({
      workload: workloadSchema,
      port: v.number(),
      rules: v.array(explainedRuleSchema),
      othersKeys: count,
      left: count,
      winner: v.nullable(interceptIdSchema),
    }),
  ),
});
