import * as v from 'valibot';
import type { FailureKind } from '../../base/errors.ts';
import { exitCodes } from '../../base/exit-codes.ts';
import { type Intercept, interceptSchema } from '../../protocol/intercepts.ts';
import { type ProbeLegs, probeLegsSchema } from '../../protocol/reports.ts';
import { type InterceptPlan, planSchema } from './plan.ts';

/** From the command to the session in the background; travels over the child's own channel. */
export type StartMessage = {
  readonly type: 'start';
  readonly manager: string;
  /** A secret: never in arguments, where everyone on the machine could read it. */
  readonly token: string;
  /** Whose token it is. */
  readonly user: string;
  /** The user's routing key; a secret, known here so that it is never shown. */
  readonly key: string | null;
  readonly plan: InterceptPlan;
  readonly log: string;
};

export const startMessageSchema: v.GenericSchema<unknown, StartMessage> = v.object({
  type: v.literal('start'),
  manager: v.string(),
  token: v.string(),
  user: v.string(),
  key: v.nullable(v.string()),
  plan: planSchema,
  log: v.string(),
});

/** The session's one answer. */
export type StartedMessage =
  | {
      readonly type: 'ready';
      readonly port: number;
      readonly intercept: Intercept;
      readonly legsMs: ProbeLegs;
      readonly tookMs: number;
    }
  | {
      readonly type: 'failed';
      readonly message: string;
      readonly hint: string | undefined;
      readonly kind: FailureKind;
    }
  /** It ended with that code before it was ready, and has said why. */
  | { readonly type: 'exited'; readonly code: number };

const kinds = Object.keys(exitCodes).filter(
  (kind): kind is FailureKind => kind !== 'ok' && kind !== 'interrupted',
);

export const startedMessageSchema: v.GenericSchema<unknown, StartedMessage> = v.variant('type', [
  v.object({
    type: v.literal('ready'),
    port: v.number(),
    intercept: interceptSchema,
    legsMs: probeLegsSchema,
    tookMs: v.number(),
  }),
  v.pipe(
    v.object({
      type: v.literal('failed'),
      message: v.string(),
      hint: v.optional(v.string()),
      kind: v.picklist(kinds),
    }),
    v.transform(({ type, message, hint, kind }) => ({ type, message, hint, kind })),
  ),
  v.object({ type: v.literal('exited'), code: v.number() }),
]);
