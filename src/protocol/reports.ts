import * as v from 'valibot';
import { type Sighting, sightingSchema, sightingsPerReportMax } from './sighting.ts';

/** Why a matched request was answered by the pod after all. */
export type PassReason =
  | 'manager_gone'
  | 'laptop_gone'
  | 'paused'
  | 'local_refused'
  | 'local_closed'
  | 'local_invalid'
  | 'local_http1'
  | 'local_slow'
  | 'too_many'
  | 'tunnel_refused';

/** Why a matched request had no outcome of its own: its caller, or the request, was at fault. */
export type CallerFault = 'caller_left' | 'caller_invalid';

/**
 * Counts of one rule on one agent since the agent started; each only grows. `matched` is the sum of
 * `answered`, `passed` and `failed`, and of what is under way.
 */
export type RuleCounts = {
  /** Requests on the rule's port while the rule was there. */
  readonly seen: number;
  readonly matched: number;
  /** Matched requests that were sent towards the laptop. */
  readonly diverted: number;
  /** Diverted requests whose answer reached the caller whole. */
  readonly answered: number;
  /** Matched requests that the pod answered, by `PassReason`. */
  readonly passed: Readonly<Record<string, number>>;
  /**
   * Matched requests that got a 502 or a broken connection, or whose caller left or broke the
   * protocol before the answer was whole, by `PassReason` or `CallerFault`.
   */
  readonly failed: Readonly<Record<string, number>>;
};

// Safe ones only: sums of larger ones could become infinite, which JSON can't say.
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const reasonsMax = 32;
/** Rules in one report. */
const countedRulesMax = 1_000;

const reasonSchema = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_]{0,39}$/));
const byReasonSchema = v.pipe(v.record(reasonSchema, count), v.maxEntries(reasonsMax));

export const ruleCountsSchema: v.GenericSchema<unknown, RuleCounts> = v.object({
  seen: count,
  matched: count,
  diverted: count,
  answered: count,
  passed: byReasonSchema,
  failed: byReasonSchema,
});

/** How long each leg of a probe took, in milliseconds with fractions. */
export type ProbeLegs = {
  /** The agent's own decision. */
  readonly agent: number;
  /** Agent to laptop and back through the relay, without the local leg. */
  readonly tunnel: number;
  /** The two parts of `tunnel`: agent to manager and back, and manager to laptop and back. */
  readonly manager?: number;
  readonly laptop?: number;
  /** The session's connection to the local port; null when nothing listens there. */
  readonly local: number | null;
};

export type ProbeResult = {
  readonly nonce: string;
  readonly id: string;
  /** Absent legs mean the probe did not arrive; `error` says why. */
  readonly legsMs?: ProbeLegs;
  readonly error?: string;
};

const milliseconds = v.pipe(v.number(), v.minValue(0));

export const probeLegsSchema: v.GenericSchema<unknown, ProbeLegs> = v.object({
  agent: milliseconds,
  tunnel: milliseconds,
  manager: v.exactOptional(milliseconds),
  laptop: v.exactOptional(milliseconds),
  local: v.nullable(milliseconds),
});

const probeResultSchema: v.GenericSchema<unknown, ProbeResult> = v.object({
  nonce: v.string(),
  id: v.string(),
  legsMs: v.exactOptional(probeLegsSchema),
  error: v.exactOptional(v.string()),
});

/** Names one life of one agent. */
export const agentIdSchema: v.GenericSchema<unknown, string> = v.pipe(
  v.string(),
  v.regex(/^ag_[0-9a-z]{26}$/),
);

/** Body of `POST /v1/agents/{namespace}/{kind}/{name}/reports`. */
export type AgentReport = {
  /** Names one life of one agent, `ag_` and 26 characters. */
  readonly agent: string;
  /** The last rule event that it has applied; null before the first. */
  readonly applied: { readonly epoch: string; readonly version: number } | null;
  /** The upstream ports it stands in front of. */
  readonly ports: readonly number[];
  /** By rule id, only rules whose counts changed since the last report. */
  readonly counts: Readonly<Record<string, RuleCounts>>;
  readonly probes: readonly ProbeResult[];
  /**
   * Near misses of rules that the manager asked for, those that it was not told yet. Also there,
   * and empty, as the answer to an `ask` when there are none.
   */
  readonly sightings?: readonly Sighting[];
  /** It sends requests to its pod when the manager tells it to; absent: it does not. */
  readonly podRequests?: boolean;
};

export const agentReportSchema: v.GenericSchema<unknown, AgentReport> = v.object({
  agent: agentIdSchema,
  applied: v.nullable(v.object({ epoch: v.string(), version: count })),
  ports: v.pipe(
    v.array(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535))),
    v.maxLength(64),
  ),
  counts: v.pipe(
    v.record(v.pipe(v.string(), v.regex(/^ic_[0-9a-z]{26}$/)), ruleCountsSchema),
    v.maxEntries(countedRulesMax),
  ),
  probes: v.pipe(v.array(probeResultSchema), v.maxLength(64)),
  sightings: v.exactOptional(v.pipe(v.array(sightingSchema), v.maxLength(sightingsPerReportMax))),
  podRequests: v.exactOptional(v.boolean()),
});
