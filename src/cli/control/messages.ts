import * as v from 'valibot';
import type { FailureKind } from '../../base/errors.ts';
import { exitCodes } from '../../base/exit-codes.ts';
import { type ProbeLegs, probeLegsSchema } from '../../protocol/reports.ts';
import type { ReplayOptions } from '../recorder/source.ts';
import { type ExchangeSummary, exchangeSummarySchema } from '../recorder/view.ts';
import { type InterceptPlan, planSchema } from '../session/plan.ts';
import { controlVersion } from './limits.ts';

/** Every request names the version that its sender speaks. */
export const versionHeader = 'x-byway-control';

/** How the way to the manager is now. `late`: a PING is unanswered, and a second tunnel is dialled. */
export type TunnelStatus = {
  readonly state: 'connecting' | 'connected' | 'late' | 'reconnecting';
  /** The round trip of the last PING. */
  readonly latencyMs: number | null;
  /** While reconnecting: the number of the next attempt, and when it comes. */
  readonly attempt: number | null;
  readonly retryInMs: number | null;
};

export type InterceptStatus = {
  /** Null while it is being created. */
  readonly id: string | null;
  readonly name: string;
  readonly port: number;
  readonly state: 'starting' | 'ready' | 'not_ready' | 'paused';
  /** Of the last probe. */
  readonly legsMs: ProbeLegs | null;
  /** Requests that were answered here. */
  readonly requests: number;
};

/** Answer to `GET /status`. Holds no secret. */
export type ControlStatus = {
  readonly control: number;
  /** Of the program. */
  readonly version: string;
  readonly session: string;
  readonly pid: number;
  readonly background: boolean;
  /** Whether it takes in other intercepts of the same user. */
  readonly shares: boolean;
  readonly manager: string;
  readonly user: string;
  readonly log: string | null;
  readonly tunnel: TunnelStatus;
  readonly intercepts: readonly InterceptStatus[];
};

const orNull = <T>(schema: v.GenericSchema<unknown, T>): v.GenericSchema<unknown, T | null> =>
  v.nullable(schema);

const interceptStatusSchema: v.GenericSchema<unknown, InterceptStatus> = v.object({
  id: orNull(v.string()),
  name: v.string(),
  port: v.number(),
  state: v.picklist(['starting', 'ready', 'not_ready', 'paused']),
  legsMs: orNull(probeLegsSchema),
  requests: v.number(),
});

export const controlStatusSchema: v.GenericSchema<unknown, ControlStatus> = v.object({
  control: v.literal(controlVersion),
  version: v.string(),
  session: v.string(),
  pid: v.number(),
  background: v.boolean(),
  shares: v.boolean(),
  manager: v.string(),
  user: v.string(),
  log: orNull(v.string()),
  tunnel: v.object({
    state: v.picklist(['connecting', 'connected', 'late', 'reconnecting']),
    latencyMs: orNull(v.number()),
    attempt: orNull(v.number()),
    retryInMs: orNull(v.number()),
  }),
  intercepts: v.array(interceptStatusSchema),
});

/** Body of `POST /intercepts`. */
export type AddMessage = {
  readonly plan: InterceptPlan;
  /** A secret: a session takes in only what comes with its own token. */
  readonly token: string;
};

export const addMessageSchema: v.GenericSchema<unknown, AddMessage> = v.strictObject({
  plan: planSchema,
  token: v.string(),
});

/** Body of `POST /leave`: the id of an intercept. */
export const leaveMessageSchema: v.GenericSchema<unknown, { readonly id: string }> = v.strictObject(
  { id: v.string() },
);

/** Body of `POST /requests/ID/replay`. */
export const replayMessageSchema: v.GenericSchema<unknown, ReplayOptions> = v.strictObject({
  against: v.picklist(['local', 'cluster']),
  unsafe: v.boolean(),
  edited: v.optional(
    v.strictObject({
      method: v.string(),
      path: v.string(),
      headers: v.array(v.tuple([v.string(), v.string()])),
      body: orNull(v.string()),
    }),
  ),
});

/** Answer to `GET /requests`. */
export const exchangeListSchema: v.GenericSchema<
  unknown,
  { readonly requests: readonly ExchangeSummary[] }
> = v.object({ requests: v.array(exchangeSummarySchema) });

/** Body of every answer that is no success. */
export type RefusalMessage = {
  readonly error: string;
  readonly kind?: FailureKind | undefined;
  readonly hint?: string | undefined;
};

const kinds = Object.keys(exitCodes).filter(
  (kind): kind is FailureKind => kind !== 'ok' && kind !== 'interrupted',
);

export const refusalSchema: v.GenericSchema<unknown, RefusalMessage> = v.object({
  error: v.string(),
  kind: v.optional(v.picklist(kinds)),
  hint: v.optional(v.string()),
});
