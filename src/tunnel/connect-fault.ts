import { UserError } from '../base/errors.ts';

/** A connection failed for a reason that its user can do something about. Holds no secret. */
export class ConnectFault extends UserError {
  override readonly name: string = 'ConnectFault';

  constructor(message: string, hint: string, cause?: unknown) {
    super(message, { kind: 'unreachable', hint, ...(cause === undefined ? {} : { cause }) });
  }
}
