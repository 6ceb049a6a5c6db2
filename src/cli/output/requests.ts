import * as v from 'valibot';
import { exchangeSummarySchema, exchangeViewSchema } from '../recorder/view.ts';
import type { Documented } from './documented.ts';
import { followed } from './events.ts';
import { count, text, textOrNull } from './parts.ts';

export const inspect: Documented = {
  form: 'lines',
  description:
    'A list of requests; or one request in full; with --follow a line for each request, then for each event.',
  schema: v.union([
    v.object({ requests: v.array(exchangeSummarySchema) }),
    exchangeViewSchema,
    exchangeSummarySchema,
    ...followed,
  ]),
};

export const replay: Documented = {
  form: 'lines',
  description: 'Each request that was sent, with its answer.',
  schema: exchangeViewSchema,
};

const difference = v.variant('in', [
  v.object({
    in: v.literal('status'),
    local: v.nullable(v.number()),
    cluster: v.nullable(v.number()),
  }),
  v.object({ in: v.literal('header'), name: text, local: textOrNull, cluster: textOrNull }),
  v.object({ in: v.literal('json'), path: text, local: textOrNull, cluster: textOrNull }),
  v.object({
    in: v.literal('text'),
    side: v.picklist(['local', 'cluster']),
    line: count,
    text,
  }),
  v.object({ in: v.literal('body'), local: text, cluster: text }),
]);

export const diff: Documented = {
  form: 'document',
  description: 'In what the two answers differ; exit code 8 when they do.',
  schema: v.object({
    same: v.boolean(),
    differences: v.array(difference),
    count,
    truncated: v.boolean(),
    local: text,
    cluster: text,
  }),
};

export const exported: Documented = {
  form: 'document',
  description: 'The text in the form that was asked for.',
  schema: v.object({ as: v.picklist(['curl', 'har', 'fetch', 'vitest', 'k6']), text }),
};
