import * as v from 'valibot';
import type { Page } from './api.ts';

/** What was done; stable for programs. */
export type AuditAction =
  | 'intercept.create'
  | 'intercept.leave'
  | 'intercept.expire'
  | 'intercept.take_over'
  | 'intercept.pause'
  | 'intercept.resume'
  | 'intercept.extend'
  | 'token.create'
  | 'token.revoke'
  | 'key.rotate';

const actions: readonly AuditAction[] = [
  'intercept.create',
  'intercept.leave',
  'intercept.expire',
  'intercept.take_over',
  'intercept.pause',
  'intercept.resume',
  'intercept.extend',
  'token.create',
  'token.revoke',
  'key.rotate',
];

/** An item of `GET /v1/audit`: who did what to whose. Never holds a key or a token. */
export type AuditEntry = {
  readonly id: string;
  /** RFC 3339. */
  readonly at: string;
  /** Who did it; `byway` for what happened by itself. */
  readonly user: string;
  readonly action: AuditAction;
  /** The intercept's or token's id; null for a key. */
  readonly subject: string | null;
  /** Whose it is or was. */
  readonly owner: string;
  /** As `NAMESPACE/KIND/NAME`; null when it is about no workload. */
  readonly workload: string | null;
  /** The rule as an expression, cut off after 200 characters. */
  readonly rule?: string;
  /** The intercept that took its place. */
  readonly successor?: string;
};

export const auditActionSchema: v.GenericSchema<unknown, AuditAction> = v.picklist(actions);

export const auditEntrySchema: v.GenericSchema<unknown, AuditEntry> = v.object({
  id: v.pipe(v.string(), v.regex(/^au_[0-9a-z]{26}$/)),
  at: v.string(),
  user: v.string(),
  action: auditActionSchema,
  subject: v.nullable(v.string()),
  owner: v.string(),
  workload: v.nullable(v.string()),
  rule: v.exactOptional(v.string()),
  successor: v.exactOptional(v.string()),
});

export const auditPageSchema: v.GenericSchema<unknown, Page<AuditEntry>> = v.object({
  items: v.array(auditEntrySchema),
  next: v.nullable(v.string()),
});
