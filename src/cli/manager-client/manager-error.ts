import { type FailureKind, UserError } from '../../base/errors.ts';
import type { Problem, ProblemCode } from '../../protocol/problem.ts';
import { plain } from '../wording/plain.ts';

const kinds: Readonly<Record<ProblemCode, FailureKind>> = {
  bad_request: 'usage',
  not_logged_in: 'not_logged_in',
  token_expired: 'not_logged_in',
  forbidden: 'policy',
  refused_by_policy: 'policy',
  not_found: 'not_found',
  no_agent: 'not_ready',
  method_not_allowed: 'error',
  conflict: 'conflict',
  too_large: 'error',
  too_many: 'error',
  upgrade_required: 'error',
  version_unsupported: 'error',
  pod_failed: 'not_ready',
  internal: 'error',
};

const logIn = 'byway login --manager URL --token-stdin < FILE';

/** The manager understood the request and said no. */
export class ManagerError extends UserError {
  override readonly name: string = 'ManagerError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(messageFor(problem), { kind: kinds[problem.code], hint: hintFor(problem) });
    this.problem = problem;
  }
}

const messageFor = ({ code, detail }: Problem): string => {
  if (code === 'token_expired') return 'Your token has expired. Nothing was changed.';
  if (code === 'not_logged_in') return 'The manager does not know your token. Nothing was changed.';
  return sentence(plain(detail));
};

const hintFor = ({ code, hint }: Problem): string | undefined => {
  if (code === 'token_expired') return `Log in with a new one   ${logIn}`;
  if (code === 'not_logged_in') return `Log in   ${logIn}`;
  return hint === undefined ? undefined : plain(hint);
};

const sentence = (text: string): string => (/[.?]$/.test(text) ? text : `${text}.`);
