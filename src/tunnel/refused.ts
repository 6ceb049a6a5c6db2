import { UserError } from '../base/errors.ts';
import type { Problem } from '../protocol/problem.ts';

/** The manager answered the upgrade with something else than 101. */
export class TunnelRefused extends UserError {
  override readonly name: string = 'TunnelRefused';
  /** The HTTP status of the answer. */
  readonly status: number;
  /** Undefined when the answer was no problem document, such as a proxy's own page. */
  readonly problem: Problem | undefined;

  constructor(status: number, problem: Problem | undefined) {
    super(problem?.detail ?? `The manager refused the tunnel with status ${status}.`, {
      kind: kindOf(status),
      hint: problem?.hint,
    });
    this.status = status;
    this.problem = problem;
  }

  /** Whether the same request may succeed later: the server's trouble, not the caller's. */
  get mayPass(): boolean {
    return this.status >= 500 || this.status === 429 || this.status === 408;
  }
}

const kindOf = (status: number): 'not_logged_in' | 'policy' | 'unreachable' | 'error' => {
  if (status === 401) return 'not_logged_in';
  if (status === 403) return 'policy';
  return status >= 500 ? 'unreachable' : 'error';
};
