import { messageOf, systemCode, UserError } from '../../base/errors.ts';
import { ConnectFault } from '../../tunnel/connect-fault.ts';

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection broke',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'its name can not be looked up now',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'no route to it',
  ENETUNREACH: 'no network',
};

/** Why a connection failed, in a few words. */
export const connectionFault = (error: unknown): string =>
  faultOf(error)?.message ?? reasons[systemCode(error) ?? ''] ?? messageOf(error);

/** What we have put into words ourselves, inside of what the library for requests makes of it. */
const faultOf = (error: unknown): ConnectFault | undefined => {
  if (error instanceof ConnectFault) return error;
  return error instanceof Error && error.cause instanceof ConnectFault ? error.cause : undefined;
};

/** Nobody answers at the manager's address. */
export const unreachable = (manager: URL, error: unknown): UserError =>
  new UserError(
    `The manager at ${manager.origin} can't be reached (${connectionFault(error)}).\n` +
      '  Nothing was changed; services answer their own requests.',
    {
      kind: 'unreachable',
      cause: error,
      hint: faultOf(error)?.hint ?? 'Another one   --manager URL\nTry it out    byway playground',
    },
  );
