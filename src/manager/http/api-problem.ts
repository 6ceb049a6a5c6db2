import { type Problem, type ProblemCode, problemStatus } from '../../protocol/problem.ts';

export type ProblemExtras = Pick<Problem, 'hint' | 'suggestions' | 'conflict'>;

const titles: Readonly<Record<ProblemCode, string>> = {
  bad_request: 'The request is malformed',
  not_logged_in: 'Not logged in',
  token_expired: 'The token has expired',
  forbidden: 'Not allowed',
  refused_by_policy: 'Refused by policy',
  not_found: 'Not found',
  no_agent: 'No agent is connected',
  method_not_allowed: 'The method is not allowed here',
  conflict: 'Conflict with another intercept',
  too_large: 'The request is too large',
  too_many: 'Too many',
  upgrade_required: 'Upgrade required',
  pod_failed: 'The pod gave no answer',
  version_unsupported: 'The versions do not fit',
  internal: 'The manager failed',
};

/** Thrown by anything that serves a request; becomes a problem document (RFC 9457). */
export class ApiProblem extends Error {
  override readonly name: string = 'ApiProblem';
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;
  /** Fields of the answer that the status calls for. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    extras: ProblemExtras = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.code = code;
    this.extras = extras;
    this.headers = headers;
  }
}

/** The document; a 401, and where versions do not fit, it names the manager's version. */
export const problemOf = ({ code, message, extras }: ApiProblem, version: string): Problem => {
  const status = problemStatus[code];
  return {
    type: `urn:byway:problem:${code}`,
    code,
    title: titles[code],
    status,
    detail: message,
    ...extras,
    ...(status === 401 || code === 'version_unsupported' ? { version } : {}),
  };
};
