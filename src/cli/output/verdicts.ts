import * as v from 'valibot';
import { explanationSchema } from '../../protocol/explanation.ts';
import { matchSchema } from '../../protocol/match.ts';
import type { Documented } from './documented.ts';
import { count, milliseconds, text, textOrNull, time } from './parts.ts';

const arrival = v.object({
  id: text,
  name: text,
  at: time,
  method: text,
  path: text,
  status: count,
});

export const asserted: Documented = {
  form: 'document',
  description: 'Whether it holds, and what came; exit code 8 when it does not.',
  schema: v.object({
    passed: v.boolean(),
    intercept: text,
    wanted: text,
    ms: milliseconds,
    ended: v.boolean(),
    counts: v.object({ matched: count, others: count, passed: count, forgotten: count }),
    matched: v.array(arrival),
    others: v.array(arrival),
    close: v.array(v.object({ method: text, path: text, detail: text, advice: text })),
  }),
};

export const wait: Documented = {
  form: 'document',
  description: 'The intercept that was waited for, and how long.',
  schema: v.object({ intercept: text, waitedFor: text, ms: milliseconds }),
};

const predicate = v.object({
  expression: text,
  met: v.boolean(),
  reasons: v.array(v.object({ code: text, text })),
  value: v.exactOptional(text),
});

const oneRule = v.object({
  request: v.object({ method: text, target: text }),
  match: matchSchema,
  rule: text,
  matches: v.boolean(),
  passedOver: v.boolean(),
  predicates: v.array(predicate),
  nearMiss: v.exactOptional(predicate),
  carriers: v.exactOptional(
    v.array(v.object({ name: text, value: textOrNull, note: v.exactOptional(text) })),
  ),
  isProbe: v.boolean(),
});

export const explained: Documented = {
  form: 'document',
  description: "The verdict of the manager's rules on a request, or of the one rule that is given.",
  schema: v.union([explanationSchema, oneRule]),
};
