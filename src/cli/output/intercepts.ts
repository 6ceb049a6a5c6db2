import * as v from 'valibot';
import { interceptDetailSchema, interceptSchema } from '../../protocol/intercepts.ts';
import type { Documented } from './documented.ts';
import { localEntries, text, textOrNull, time } from './parts.ts';

export const list: Documented = {
  form: 'document',
  description: "One's own intercepts, or everybody's with --all.",
  schema: v.object({ intercepts: v.array(interceptSchema) }),
};

export const changed: Documented = {
  form: 'document',
  description: 'The intercepts as they are now.',
  schema: v.object({ intercepts: v.array(interceptSchema) }),
};

export const left: Documented = {
  form: 'document',
  description: 'The intercepts that were ended.',
  schema: v.object({ left: v.array(v.object({ id: text, name: text })) }),
};

const reached = v.object({
  manager: v.object({ url: text, version: text }),
  user: text,
  key: textOrNull,
  intercepts: v.array(v.intersect([interceptDetailSchema, v.object(localEntries)])),
  takenOver: v.array(v.object({ at: time, by: text, id: textOrNull, workload: textOrNull })),
});

const unreached = v.object({
  manager: v.null(),
  intercepts: v.array(v.object({ name: text, id: text, ...localEntries })),
});

export const status: Documented = {
  form: 'document',
  description:
    "The manager, the user and the user's intercepts; when the manager can't be reached, with exit code 6, what the sessions of this machine know.",
  schema: v.union([reached, unreached]),
};
