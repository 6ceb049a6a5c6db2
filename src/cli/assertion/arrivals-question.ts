import * as v from 'valibot';
import { type Condition, conditionSchema } from '../../protocol/match.ts';
import { type StatusRange, statusRangeSchema } from './status-ranges.ts';

/** Which of the requests that came to some intercepts of a session somebody asks about. */
export type ArrivalsQuestion = {
  /** Ids; empty for all of the session. */
  readonly intercepts: readonly string[];
  /** All must hold, as in a rule. */
  readonly conditions: readonly Condition[];
  /** One must hold; empty for any status. */
  readonly statuses: readonly StatusRange[];
  /** Milliseconds since 1970; earlier ones are left out. */
  readonly since: number | null;
  /** The `last` of an earlier answer: only those behind it. */
  readonly after: number;
};

/** One request as an assertion tells of it; the key is shortened. */
export type Arrival = {
  readonly id: string;
  readonly name: string;
  /** RFC 3339. */
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
};

/** A request that came close to an intercept and did not match it. */
export type CloseCall = {
  readonly method: string;
  readonly path: string;
  readonly detail: string;
  readonly advice: string;
};

export type ArrivalsAnswer = {
  readonly last: number;
  /** How many there are of those asked about, and how many others. */
  readonly matched: number;
  readonly others: number;
  /** Requests that the pod got, because nothing listened here. */
  readonly passed: number;
  /** Requests that are no longer known, because there were too many after them. */
  readonly forgotten: number;
  /** The newest of each, oldest first. */
  readonly matching: readonly Arrival[];
  readonly differing: readonly Arrival[];
  /** In the last minute. */
  readonly close: readonly CloseCall[];
};

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

export const arrivalsQuestionSchema: v.GenericSchema<unknown, ArrivalsQuestion> = v.strictObject({
  intercepts: v.pipe(v.array(v.string()), v.maxLength(100)),
  conditions: v.pipe(v.array(conditionSchema), v.maxLength(64)),
  statuses: v.pipe(v.array(statusRangeSchema), v.maxLength(64)),
  since: v.nullable(v.number()),
  after: count,
});

const arrivals = v.array(
  v.object({
    id: v.string(),
    name: v.string(),
    at: v.string(),
    method: v.string(),
    path: v.string(),
    status: v.number(),
  }),
);

export const arrivalsAnswerSchema: v.GenericSchema<unknown, ArrivalsAnswer> = v.object({
  last: count,
  matched: count,
  others: count,
  passed: count,
  forgotten: count,
  matching: arrivals,
  differing: arrivals,
  close: v.array(
    v.object({ method: v.string(), path: v.string(), detail: v.string(), advice: v.string() }),
  ),
});
