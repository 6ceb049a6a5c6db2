import * as v from 'valibot';
import { type Guards, guardsSchema } from './guards.ts';
import { leaseSecondsMax } from './limits.ts';
import { type Match, matchSchema } from './match.ts';
import { type NearMiss, nearMissesShownMax, nearMissSchema } from './near-miss.ts';
import { type ProbeLegs, probeLegsSchema, type RuleCounts, ruleCountsSchema } from './reports.ts';
import { type InterceptState, interceptStateSchema } from './rules.ts';
import { nameSchema, type Workload, workloadSchema } from './workload.ts';

/** Since when, and who wanted it. */
export type Pause = { readonly at: string; readonly by: string };

/** An intercept as the API shows it to every user. Never holds a key. */
export type Intercept = {
  readonly id: string;
  readonly name: string;
  readonly workload: Workload;
  /** The workload's own port. */
  readonly port: number;
  readonly owner: string;
  readonly laptop: string;
  readonly match: Match;
  readonly state: InterceptState;
  /** Agents of the workload that have applied the rule, of those connected. */
  readonly agents: { readonly applied: number; readonly connected: number };
  /** RFC 3339, as all times of the API. */
  readonly createdAt: string;
  /** When it ends at the latest: `--for`, or 24 h after its session was lost. Null while neither. */
  readonly expiresAt: string | null;
  /** Absent when it has none. */
  readonly guards?: Guards;
  /** Absent unless it is paused; also there while it is disconnected besides. */
  readonly paused?: Pause;
  readonly counts: RuleCounts;
  /** How the laptop's tunnel reaches the manager: tcp, tls or websocket. Absent without one. */
  readonly transport?: string;
};

const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const forSeconds = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(leaseSecondsMax));

export const pauseSchema: v.GenericSchema<unknown, Pause> = v.object({
  at: v.string(),
  by: v.string(),
});

export const interceptIdSchema: v.GenericSchema<unknown, string> = v.pipe(
  v.string(),
  v.regex(/^ic_[0-9a-z]{26}$/),
);

export const interceptSchema: v.GenericSchema<unknown, Intercept> = v.object({
  id: interceptIdSchema,
  name: nameSchema,
  workload: workloadSchema,
  port,
  owner: v.string(),
  laptop: nameSchema,
  match: matchSchema,
  state: interceptStateSchema,
  agents: v.object({ applied: count, connected: count }),
  createdAt: v.string(),
  expiresAt: v.nullable(v.string()),
  guards: v.exactOptional(guardsSchema),
  paused: v.exactOptional(pauseSchema),
  counts: ruleCountsSchema,
  transport: v.exactOptional(v.string()),
});

/** Names one life of one laptop's session; the tunnel that carries the same id serves it. */
export const sessionIdSchema: v.GenericSchema<unknown, string> = v.pipe(
  v.string(),
  v.regex(/^se_[0-9a-z]{26}$/),
);

/** Body of `POST /v1/intercepts`. */
export type NewIntercept = {
  /** `NAME` or `KIND/NAME`. */
  readonly workload: string;
  /** The workload's own port; may be left out when it has only one. */
  readonly port?: number;
  readonly session: string;
  readonly laptop: string;
  readonly match: Match;
  /** The most it may live, in seconds. */
  readonly forSeconds?: number;
  readonly guards?: Guards;
};

export const newInterceptSchema: v.GenericSchema<unknown, NewIntercept> = v.strictObject({
  workload: v.pipe(v.string(), v.regex(/^([A-Za-z0-9._-]{1,128}\/)?[A-Za-z0-9._-]{1,128}$/)),
  port: v.exactOptional(port),
  session: sessionIdSchema,
  laptop: nameSchema,
  match: matchSchema,
  forSeconds: v.exactOptional(forSeconds),
  guards: v.exactOptional(guardsSchema),
});

/** Body of `PATCH /v1/intercepts/{id}`; at least one of the two. Saying it twice changes nothing. */
export type InterceptChange = {
  /** While true, the pod answers everything. */
  readonly paused?: boolean;
  /**
   * Lets it live that many seconds from now, if it would end before. An intercept without an end of
   * its own gets none.
   */
  readonly forSeconds?: number;
};

export const interceptChangeSchema: v.GenericSchema<unknown, InterceptChange> = v.pipe(
  v.strictObject({
    paused: v.exactOptional(v.boolean()),
    forSeconds: v.exactOptional(forSeconds),
  }),
  v.minEntries(1, 'says neither paused nor forSeconds'),
);

/** Why an intercept is no more. */
export type EndReason = 'left' | 'expired';

/**
 * A server-sent event of `/v1/intercepts/{id}/events`; the event's name is `type`. The present
 * `intercept` comes first. `ready` comes once all agents have applied the rule and a probe went
 * the whole way; it comes again after each reconnection of the laptop. `ended` is the last one.
 */
export type InterceptEvent =
  | { readonly type: 'intercept'; readonly intercept: Intercept }
  | { readonly type: 'ready'; readonly legsMs: ProbeLegs }
  | { readonly type: 'not_ready'; readonly reason: string }
  | { readonly type: 'ended'; readonly reason: EndReason; readonly by: string }
  /** Only to its owner: all of the last minute, oldest first; replaces what was sent before. */
  | { readonly type: 'near_misses'; readonly misses: readonly NearMiss[] };

export const interceptEventSchema: v.GenericSchema<unknown, InterceptEvent> = v.variant('type', [
  v.object({ type: v.literal('intercept'), intercept: interceptSchema }),
  v.object({ type: v.literal('ready'), legsMs: probeLegsSchema }),
  v.object({ type: v.literal('not_ready'), reason: v.string() }),
  v.object({ type: v.literal('ended'), reason: v.picklist(['left', 'expired']), by: v.string() }),
  v.object({
    type: v.literal('near_misses'),
    misses: v.pipe(v.array(nearMissSchema), v.maxLength(nearMissesShownMax)),
  }),
]);
