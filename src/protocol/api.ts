import * as v from 'valibot';
import { type Intercept, interceptSchema } from './intercepts.ts';
import { nameSchema, type Workload, workloadSchema } from './workload.ts';

/** `GET /v1/version`. */
export type Version = { readonly version: string; readonly epoch: string };

export const versionSchema: v.GenericSchema<unknown, Version> = v.object({
  version: v.string(),
  epoch: v.string(),
});

/** What a token lets its bearer do. `owner` may do all; `agent` serves one workload. */
export type Role = 'owner' | 'user' | 'ci' | 'agent';

const roleSchema: v.GenericSchema<unknown, Role> = v.picklist(['owner', 'user', 'ci', 'agent']);

/** `GET /v1/me`. The key is a secret of its user: show it shortened. */
export type Me = {
  readonly user: string;
  readonly role: Role;
  /** Null for an agent. */
  readonly key: string | null;
  /** The workload that a CI's or agent's token is confined to. */
  readonly workload: string | null;
  readonly tokenExpiresAt: string | null;
  /** The run whose key it is, when one was asked for. */
  readonly run?: string;
};

export const meSchema: v.GenericSchema<unknown, Me> = v.object({
  user: v.string(),
  role: roleSchema,
  key: v.nullable(v.string()),
  workload: v.nullable(v.string()),
  tokenExpiresAt: v.nullable(v.string()),
  run: v.exactOptional(v.string()),
});

/** An item of `GET /v1/workloads`. */
export type WorkloadStatus = {
  readonly workload: Workload;
  readonly ports: readonly number[];
  /** Agents connected at this moment; 0 means that it can't be intercepted now. */
  readonly agents: number;
};

export const workloadStatusSchema: v.GenericSchema<unknown, WorkloadStatus> = v.object({
  workload: workloadSchema,
  ports: v.array(v.number()),
  agents: v.number(),
});

/** Body of `POST /v1/tokens`. A user's and a CI's token act as `user`. */
export type NewToken =
  | { readonly role: 'user'; readonly user: string; readonly forSeconds?: number }
  | { readonly role: 'ci'; readonly workload: string; readonly forSeconds?: number }
  | { readonly role: 'agent'; readonly workload: string; readonly forSeconds?: number };

const forSeconds = v.exactOptional(
  v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(366 * 24 * 60 * 60)),
);

export const newTokenSchema: v.GenericSchema<unknown, NewToken> = v.variant('role', [
  v.strictObject({ role: v.literal('user'), user: nameSchema, forSeconds }),
  v.strictObject({ role: v.literal('ci'), workload: nameSchema, forSeconds }),
  v.strictObject({ role: v.literal('agent'), workload: nameSchema, forSeconds }),
]);

/** An item of `GET /v1/tokens`; the secret itself is shown once, in the answer to the POST. */
export type TokenInfo = {
  readonly id: string;
  readonly role: Role;
  readonly user: string;
  readonly workload: string | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
};

const tokenInfoEntries = {
  id: v.string(),
  role: roleSchema,
  user: v.string(),
  workload: v.nullable(v.string()),
  createdAt: v.string(),
  expiresAt: v.nullable(v.string()),
};

export const tokenInfoSchema: v.GenericSchema<unknown, TokenInfo> = v.object(tokenInfoEntries);

/** Answer to `POST /v1/tokens`. */
export type CreatedToken = TokenInfo & { readonly token: string };

export const createdTokenSchema: v.GenericSchema<unknown, CreatedToken> = v.object({
  ...tokenInfoEntries,
  token: v.string(),
});

/** One page of a list; pass `next` as `?after=` for the following one. */
export type Page<T> = { readonly items: readonly T[]; readonly next: string | null };

const pageOf = <T>(item: v.GenericSchema<unknown, T>): v.GenericSchema<unknown, Page<T>> =>
  v.object({ items: v.array(item), next: v.nullable(v.string()) });

export const interceptPageSchema: v.GenericSchema<unknown, Page<Intercept>> = pageOf(
  interceptSchema,
);
export const workloadPageSchema: v.GenericSchema<unknown, Page<WorkloadStatus>> = pageOf(
  workloadStatusSchema,
);
export const tokenPageSchema: v.GenericSchema<unknown, Page<TokenInfo>> = pageOf(tokenInfoSchema);
