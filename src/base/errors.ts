/** What a failure means to the shell that started us; the numbers are in `exit-codes.ts`. */
export type FailureKind =
  | 'error'
  | 'usage'
  | 'not_found'
  | 'not_logged_in'
  | 'conflict'
  | 'unreachable'
  | 'not_ready'
  | 'assertion'
  | 'policy';

export type UserErrorOptions = ErrorOptions & {
  readonly kind?: FailureKind;
  readonly hint?: string | undefined;
};

/** An expected failure that the user can act on. Anything else that is thrown is our bug. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly kind: FailureKind;
  /** What to do about it, usually the next command to type. */
  readonly hint: string | undefined;

  constructor(message: string, options: UserErrorOptions = {}) {
    super(message, options);
    this.kind = options.kind ?? 'error';
    this.hint = options.hint;
  }
}

/** The `code` of a Node system error such as ECONNREFUSED, or undefined. */
export const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;

/** A sentence for logs from whatever was thrown. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
