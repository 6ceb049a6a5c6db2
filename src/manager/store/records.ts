import * as v from 'valibot';
import type { Role } from '../../protocol/api.ts';
import { type AuditEntry, auditEntrySchema } from '../../protocol/audit.ts';
import { type Guards, guardsSchema } from '../../protocol/guards.ts';
import {
  interceptIdSchema,
  type Pause,
  pauseSchema,
  prioritySchema,
  sessionIdSchema,
} from '../../protocol/intercepts.ts';
import { type Match, matchSchema } from '../../protocol/match.ts';
import { nameSchema, type Workload, workloadSchema } from '../../protocol/workload.ts';

// What outlives a manager. Times are RFC 3339.

export type InterceptRecord = {
  readonly id: string;
  readonly workload: Workload;
  readonly port: number;
  readonly owner: string;
  readonly session: string;
  readonly laptop: string;
  readonly match: Match;
  readonly createdAt: string;
  /** When it ends whatever happens; null without `forSeconds`. */
  readonly endsAt: string | null;
  /** When its session's tunnel was lost; null while it is there. */
  readonly lostAt: string | null;
  readonly guards?: Guards;
  readonly paused?: Pause;
  readonly run?: string;
  readonly withoutSessionSeconds?: number;
  readonly priority?: number;
  readonly otherKeys?: true;
};

export const interceptRecordSchema: v.GenericSchema<unknown, InterceptRecord> = v.object({
  id: interceptIdSchema,
  workload: workloadSchema,
  port: v.number(),
  owner: v.string(),
  session: sessionIdSchema,
  laptop: nameSchema,
  match: matchSchema,
  createdAt: v.string(),
  endsAt: v.nullable(v.string()),
  lostAt: v.nullable(v.string()),
  guards: v.exactOptional(guardsSchema),
  paused: v.exactOptional(pauseSchema),
  run: v.exactOptional(v.string()),
  withoutSessionSeconds: v.exactOptional(v.number()),
  priority: v.exactOptional(prioritySchema),
  otherKeys: v.exactOptional(v.literal(true)),
});

export type TokenRecord = {
  readonly id: string;
  readonly secretSha256: string;
  readonly role: Role;
  readonly user: string;
  readonly workload: string | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
};

export const tokenRecordSchema: v.GenericSchema<unknown, TokenRecord> = v.object({
  id: v.string(),
  secretSha256: v.string(),
  role: v.picklist(['owner', 'user', 'ci', 'agent']),
  user: v.string(),
  workload: v.nullable(v.string()),
  createdAt: v.string(),
  expiresAt: v.nullable(v.string()),
});

/** As it is shown: an entry never changes. */
export type AuditRecord = AuditEntry;

export const auditRecordSchema: v.GenericSchema<unknown, AuditRecord> = auditEntrySchema;

/** Only users whose key was rotated have one; `id` is the user's name. */
export type UserRecord = { readonly id: string; readonly rotations: number };

export const userRecordSchema: v.GenericSchema<unknown, UserRecord> = v.object({
  id: v.string(),
  rotations: v.number(),
});
