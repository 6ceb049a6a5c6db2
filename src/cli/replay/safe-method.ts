import { UserError } from '../../base/errors.ts';

/** Methods that ask for nothing but an answer (RFC 9110 9.2.1). */
const safeMethods = ['GET', 'HEAD', 'OPTIONS'];

/** Throws a `UserError` of kind `policy` for a method that may change something in the cluster. */
export const assertSafe = (method: string, unsafe: boolean): void => {
  if (unsafe || safeMethods.includes(method)) return;
  throw new UserError(`${method} may change something in the cluster, so nothing was sent.`, {
    kind: 'policy',
    hint: 'Send it all the same   add --unsafe',
  });
};
