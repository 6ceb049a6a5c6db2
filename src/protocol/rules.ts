import * as v from 'valibot';
import { type Guards, guardsSchema } from './guards.ts';
import { type RuleMatch, ruleMatchSchema } from './match.ts';
import { nameSchema } from './workload.ts';

/**
 * The pod answers while it is `disconnected`, because the laptop's tunnel is gone, and while it is
 * `paused`, because its owner wants that. What is both is `disconnected`.
 */
export type InterceptState = 'active' | 'paused' | 'disconnected';

export const interceptStateSchema: v.GenericSchema<unknown, InterceptState> = v.picklist([
  'active',
  'paused',
  'disconnected',
]);

/** One intercept as an agent sees it. */
export type Rule = {
  /** The intercept's id, which is also the `:authority` of a CONNECT to the relay. */
  readonly id: string;
  /** For `x-byway-served-by: NAME@LAPTOP`. */
  readonly name: string;
  readonly laptop: string;
  /** The upstream port whose requests it takes. */
  readonly port: number;
  readonly match: RuleMatch;
  /**
   * The SHA-256 of its owner's key in lower-case hex: requests with another user's key pass a
   * general rule over.
   */
  readonly ownerKeySha256?: string;
  readonly state: InterceptState;
  /** RFC 3339; of two equal general rules the older one goes first. */
  readonly createdAt: string;
  /** None without. */
  readonly guards?: Guards;
  /** Of general rules the one with the higher number goes first; 0 without. */
  readonly priority?: number;
  /** Of a general rule: it takes requests with another user's key, too. */
  readonly otherKeys?: true;
};

export const ruleSchema: v.GenericSchema<unknown, Rule> = v.object({
  id: v.pipe(v.string(), v.regex(/^ic_[0-9a-z]{26}$/)),
  name: nameSchema,
  laptop: nameSchema,
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
  match: ruleMatchSchema,
  ownerKeySha256: v.exactOptional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
  state: interceptStateSchema,
  createdAt: v.string(),
  guards: v.exactOptional(guardsSchema),
  priority: v.exactOptional(v.pipe(v.number(), v.integer())),
  otherKeys: v.exactOptional(v.literal(true)),
});

/**
 * A server-sent event of `/v1/agents/{namespace}/{kind}/{name}/rules`. The event's name is `type`.
 * An agent asks with `?agent=ag_...`, the id that its reports carry: only then does it count as
 * connected; without it the stream is someone looking on. A `state` comes first and replaces all; the rest change it. `epoch` names one life of the
 * manager; `version` grows by one with each change within an epoch.
 */
export type RuleEvent =
  | {
      readonly type: 'state';
      readonly epoch: string;
      readonly version: number;
      readonly rules: readonly Rule[];
    }
  | {
      readonly type: 'put';
      readonly epoch: string;
      readonly version: number;
      readonly rule: Rule;
    }
  | {
      readonly type: 'remove';
      readonly epoch: string;
      readonly version: number;
      readonly id: string;
    }
  /** Send one marked request through decision and tunnel, and report it; changes no version. */
  | { readonly type: 'probe'; readonly nonce: string; readonly id: string }
  /**
   * From now on someone wants to know the near misses of these rules, or nobody does any more. A
   * `state` ends all that was asked. Only to agents that can: they follow with `asks=near-misses`.
   */
  | { readonly type: 'ask'; readonly nearMisses: readonly string[]; readonly wanted: boolean }
  /** Fetch that request, send it to the pod and report the answer; changes no version. */
  | { readonly type: 'pod_request'; readonly nonce: string; readonly id: string };

/** Value of `?asks=` with which an agent says that it understands `ask`. */
export const asksNearMisses = 'near-misses';

const stamp = { epoch: v.string(), version: v.pipe(v.number(), v.integer(), v.minValue(0)) };

export const ruleEventSchema: v.GenericSchema<unknown, RuleEvent> = v.variant('type', [
  v.object({ type: v.literal('state'), ...stamp, rules: v.array(ruleSchema) }),
  v.object({ type: v.literal('put'), ...stamp, rule: ruleSchema }),
  v.object({ type: v.literal('remove'), ...stamp, id: v.string() }),
  v.object({ type: v.literal('probe'), nonce: v.string(), id: v.string() }),
  v.object({ type: v.literal('ask'), nearMisses: v.array(v.string()), wanted: v.boolean() }),
  v.object({ type: v.literal('pod_request'), nonce: v.string(), id: v.string() }),
]);
