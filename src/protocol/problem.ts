import * as v from 'valibot';

/** Stable for programs; each has one HTTP status and one meaning. */
export type ProblemCode =
  | 'bad_request'
  | 'not_logged_in'
  | 'token_expired'
  | 'forbidden'
  | 'refused_by_policy'
  | 'not_found'
  | 'no_agent'
  | 'method_not_allowed'
  | 'conflict'
  | 'too_large'
  | 'too_many'
  | 'upgrade_required'
  | 'version_unsupported'
  | 'pod_failed'
  | 'internal';

export const problemStatus: Readonly<Record<ProblemCode, number>> = {
  bad_request: 400,
  not_logged_in: 401,
  token_expired: 401,
  forbidden: 403,
  refused_by_policy: 403,
  not_found: 404,
  no_agent: 409,
  method_not_allowed: 405,
  conflict: 409,
  too_large: 413,
  too_many: 429,
  upgrade_required: 426,
  version_unsupported: 426,
  pod_failed: 502,
  internal: 500,
};

/** An error answer of the API: a problem document (RFC 9457), `application/problem+json`. */
export type Problem = {
  /** `urn:byway:problem:` and the code. */
  readonly type: string;
  readonly code: ProblemCode;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly hint?: string;
  /** Names close to the one that was not found, best first. */
  readonly suggestions?: readonly string[];
  /** The other side of a conflict. */
  readonly conflict?: {
    readonly id: string;
    readonly owner: string;
    readonly laptop: string;
    readonly expiresAt: string | null;
    /** Header lines of a request that both match; the other rule's own values shortened. */
    readonly witness: readonly string[];
    /** Every intercept that is in the way; `id` is the first. */
    readonly all?: readonly string[];
    /** The own rule changed as little as it takes, as an expression; absent when that is unknown. */
    readonly change?: string;
  };
  /** The manager's version, so that an old and a new program can say so. */
  readonly version?: string;
};

/** The other side of a conflict. */
export const problemConflictSchema: v.GenericSchema<
  unknown,
  NonNullable<Problem['conflict']>
> = v.object({
  id: v.string(),
  owner: v.string(),
  laptop: v.string(),
  expiresAt: v.nullable(v.string()),
  witness: v.array(v.string()),
  all: v.exactOptional(v.array(v.string())),
  change: v.exactOptional(v.string()),
});

export const problemSchema: v.GenericSchema<unknown, Problem> = v.object({
  type: v.string(),
  code: v.picklist(Object.keys(problemStatus) as ProblemCode[]),
  title: v.string(),
  status: v.number(),
  detail: v.string(),
  hint: v.exactOptional(v.string()),
  suggestions: v.exactOptional(v.array(v.string())),
  conflict: v.exactOptional(problemConflictSchema),
  version: v.exactOptional(v.string()),
});
