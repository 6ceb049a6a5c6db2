import * as v from 'valibot';
import type { Documented } from './documented.ts';
import { count, text } from './parts.ts';

export const doctor: Documented = {
  form: 'document',
  description: 'What was checked; `ok` and exit code 0 unless something failed.',
  schema: v.object({
    ok: v.boolean(),
    version: text,
    counts: v.object({ pass: count, warn: count, fail: count, skip: count }),
    checks: v.array(
      v.object({
        name: text,
        verdict: v.picklist(['pass', 'warn', 'fail', 'skip']),
        detail: text,
        advice: v.exactOptional(text),
      }),
    ),
  }),
};
