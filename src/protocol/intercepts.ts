import * as v from 'valibot';
import { type Guards, guardsSchema } from './guards.ts';
import { leaseSecondsMax, nearMissesShownMax, priorityMax, takeOverMax } from './limits.ts';
import { type Match, matchSchema } from './match.ts';
import { type NearMiss, nearMissSchema } from './near-miss.ts';
import { type ProbeLegs, probeLegsSchema, type RuleCounts, ruleCountsSchema } from './reports.ts';
import { type InterceptState, interceptStateSchema } from './rules.ts';
import { runSchema } from './run.ts';
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
  /** Of general rules the one with the higher number goes first; absent when it is 0. */
  readonly priority?: number;
  /** Absent unless it takes requests with other users' keys, too. */
  readonly otherKeys?: true;
  /** Absent unless it is paused; also there while it is disconnected besides. */
  readonly paused?: Pause;
  readonly counts: RuleCounts;
  /** How the laptop's tunnel reaches the manager: tcp, tls or websocket. Absent without one. */
  readonly transport?: string;
  /** The run of a pipeline whose own key stands in for its owner's. Absent without one. */
  readonly run?: string;
};

/** What one agent counted of an intercept. */
export type ReplicaCounts = { readonly agent: string; readonly counts: RuleCounts };

/** Answer to `GET /v1/intercepts/{id}`. */
export type InterceptDetail = Intercept & {
  /**
   * Where the counts come from: agents that are connected, at most 100, and `others`, which holds
   * what those that are gone have counted. All together they are `counts`. Absent from an older
   * manager.
   */
  readonly replicas?: {
    readonly connected: readonly ReplicaCounts[];
    readonly others: RuleCounts;
  };
  /** Only for its owner: of the last minute, oldest first. */
  readonly nearMisses?: readonly NearMiss[];
};

const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const forSeconds = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(leaseSecondsMax));

export const prioritySchema: v.GenericSchema<unknown, number> = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(-priorityMax),
  v.maxValue(priorityMax),
);

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
  priority: v.exactOptional(prioritySchema),
  otherKeys: v.exactOptional(v.literal(true)),
  paused: v.exactOptional(pauseSchema),
  counts: ruleCountsSchema,
  transport: v.exactOptional(v.string()),
  run: v.exactOptional(v.string()),
});

const nearMissListSchema = v.pipe(v.array(nearMissSchema), v.maxLength(nearMissesShownMax));

export const interceptDetailSchema: v.GenericSchema<unknown, InterceptDetail> = v.intersect([
  interceptSchema,
  v.object({
    replicas: v.exactOptional(
      v.object({
        connected: v.array(v.object({ agent: v.string(), counts: ruleCountsSchema })),
        others: ruleCountsSchema,
      }),
    ),
    nearMisses: v.exactOptional(nearMissListSchema),
  }),
]);

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
  /** Takes the key of that run of a pipeline where it would take its owner's. */
  readonly run?: string;
  /** Seconds it may live without its session; 24 h when it is not said. */
  readonly withoutSessionSeconds?: number;
  /** From -100 to 100, of a general rule only; 0 without. */
  readonly priority?: number;
  /** Takes requests with other users' keys, too; needs the policy's right and `confirmed`. */
  readonly otherKeys?: boolean;
  /** Its user knows that it takes everybody's requests, or those with other users' keys. */
  readonly confirmed?: boolean;
  /**
   * Ids of intercepts that conflict with it, as a refusal names them: they end when it begins.
   * One that conflicts and is not named is a conflict still, so that of two at once one wins.
   */
  readonly takeOver?: readonly string[];
};

export const newInterceptSchema: v.GenericSchema<unknown, NewIntercept> = v.strictObject({
  workload: v.pipe(v.string(), v.regex(/^([A-Za-z0-9._-]{1,128}\/)?[A-Za-z0-9._-]{1,128}$/)),
  port: v.exactOptional(port),
  session: sessionIdSchema,
  laptop: nameSchema,
  match: matchSchema,
  forSeconds: v.exactOptional(forSeconds),
  guards: v.exactOptional(guardsSchema),
  run: v.exactOptional(runSchema),
  withoutSessionSeconds: v.exactOptional(forSeconds),
  priority: v.exactOptional(prioritySchema),
  otherKeys: v.exactOptional(v.boolean()),
  confirmed: v.exactOptional(v.boolean()),
  takeOver: v.exactOptional(v.pipe(v.array(interceptIdSchema), v.maxLength(takeOverMax))),
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
export type EndReason = 'left' | 'expired' | 'taken_over';

/** What took an intercept's place. */
export type Successor = { readonly id: string; readonly laptop: string; readonly match: Match };

/**
 * A server-sent event of `/v1/intercepts/{id}/events`; the event's name is `type`. The present
 * `intercept` comes first. `ready` comes once all agents have applied the rule and a probe went
 * the whole way; it comes again after each reconnection of the laptop. `ended` is the last one.
 */
export type InterceptEvent =
  | { readonly type: 'intercept'; readonly intercept: Intercept }
  | { readonly type: 'ready'; readonly legsMs: ProbeLegs }
  | { readonly type: 'not_ready'; readonly reason: string }
  | {
      readonly type: 'ended';
      readonly reason: EndReason;
      readonly by: string;
      /** When it was taken over. */
      readonly successor?: Successor;
    }
  /** Only to its owner: all of the last minute, oldest first; replaces what was sent before. */
  | { readonly type: 'near_misses'; readonly misses: readonly NearMiss[] };

export const interceptEventSchema: v.GenericSchema<unknown, InterceptEvent> = v.variant('type', [
  v.object({ type: v.literal('intercept'), intercept: interceptSchema }),
  v.object({ type: v.literal('ready'), legsMs: probeLegsSchema }),
  v.object({ type: v.literal('not_ready'), reason: v.string() }),
  v.object({
    type: v.literal('ended'),
    reason: v.picklist(['left', 'expired', 'taken_over']),
    by: v.string(),
    successor: v.exactOptional(
      v.object({ id: interceptIdSchema, laptop: nameSchema, match: matchSchema }),
    ),
  }),
  v.object({
    type: v.literal('near_misses'),
    misses: nearMissListSchema,
  }),
]);
