import { UserError } from '../../base/errors.ts';
import { isSafeMethod } from '../../protocol/http1/whole-request.ts';

/** Throws a `UserError` of kind `policy` for a method that may change something in the cluster. */
export const assertSafe = (method: string, unsafe: boolean): void => {
  if (unsafe || isSafeMethod(method)) return;
  throw new UserError(`${method} may change something in the cluster, so nothing was sent.`, {
    kind: 'policy',
    hint: 'Send it all the same   add --unsafe',
  });
};
