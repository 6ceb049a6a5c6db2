import * as v from 'valibot';
import { guardsSchema } from '../../protocol/guards.ts';
import { matchSchema } from '../../protocol/match.ts';
import { nearMissSchema } from '../../protocol/near-miss.ts';
import { problemConflictSchema } from '../../protocol/problem.ts';
import { probeLegsSchema, ruleCountsSchema } from '../../protocol/reports.ts';
import { workloadSchema } from '../../protocol/workload.ts';
import type { Documented } from './documented.ts';
import { count, milliseconds, portNumber, text, textOrNull, time } from './parts.ts';

const ready = {
  event: v.literal('ready'),
  intercept: text,
  id: text,
  port: portNumber,
  legsMs: probeLegsSchema,
  run: v.exactOptional(text),
  /** Of a session in the background. */
  pid: v.exactOptional(count),
  log: v.exactOptional(text),
};

const ended = {
  event: v.literal('ended'),
  reason: v.picklist(['stopped', 'gone', 'left', 'expired', 'taken_over']),
  by: v.exactOptional(text),
  successor: v.exactOptional(v.object({ id: text, laptop: text, match: matchSchema })),
};

/** All but `ready`, which has the name of the intercept in any case. */
const others: readonly v.ObjectEntries[] = [
  {
    event: v.literal('request'),
    id: text,
    at: time,
    method: text,
    path: text,
    status: count,
    ms: milliseconds,
    servedBy: v.literal('local'),
  },
  { event: v.literal('passed'), id: text, reason: v.literal('local_refused') },
  { event: v.literal('port'), port: portNumber, listening: v.boolean() },
  { event: v.literal('tunnel'), state: v.literal('reconnecting'), attempt: count },
  {
    event: v.literal('tunnel'),
    state: v.literal('connected'),
    lostMs: milliseconds,
    transport: textOrNull,
  },
  { event: v.literal('paused'), by: text },
  { event: v.literal('resumed') },
  { event: v.literal('ending'), until: time, leftSeconds: v.number() },
  { event: v.literal('extended'), until: time },
  { event: v.literal('not_ready'), reason: text },
  { event: v.literal('counts'), counts: ruleCountsSchema },
  { event: v.literal('near_misses'), misses: v.array(nearMissSchema) },
  ended,
];

const events = (more: v.ObjectEntries): readonly v.GenericSchema[] => [
  v.object({ ...more, ...ready }),
  ...others.map((entries) => v.object({ ...entries, ...more })),
];

const dryRuns: readonly v.GenericSchema[] = [
  v.object({
    dryRun: v.literal(true),
    wouldBeCreated: v.literal(true),
    takes: text,
    intercept: v.object({
      name: text,
      workload: workloadSchema,
      port: portNumber,
      owner: text,
      match: matchSchema,
      guards: v.exactOptional(guardsSchema),
      priority: v.exactOptional(v.number()),
      otherKeys: v.exactOptional(v.literal(true)),
    }),
    takesOver: v.array(v.object({ id: text, owner: text })),
  }),
  v.object({
    dryRun: v.literal(true),
    wouldBeCreated: v.literal(false),
    code: text,
    detail: text,
    conflict: v.exactOptional(problemConflictSchema),
  }),
];

export const intercept: Documented = {
  form: 'lines',
  description:
    'What happens to an intercept, `ready` first; with --detach only that; with --dry-run what would come of it.',
  schema: v.union([...events({}), ...dryRuns]),
};

export const up: Documented = {
  form: 'lines',
  description: 'What happens to the intercepts of a project; `name` is what the file calls each.',
  schema: v.union([
    ...events({ name: text, intercept: text }),
    // With --detach.
    v.object(ready),
  ]),
};

/** As sessions tell them to `inspect --follow`. */
export const followed: readonly v.GenericSchema[] = events({ intercept: text });
