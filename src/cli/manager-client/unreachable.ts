import { messageOf, systemCode, UserError } from '../../base/errors.ts';

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
  reasons[systemCode(error) ?? ''] ?? messageOf(error);

/** Nobody answers at the manager's address. */
export const unreachable = (manager: URL, error: unknown): UserError =>
  new UserError(
    `The manager at ${manager.origin} can't be reached (${connectionFault(error)}).\n` +
      '  Nothing was changed; services answer their own requests.',
    {
      kind: 'unreachable',
      cause: error,
      hint: 'Another one   --manager URL\nTry it out    byway playground',
    },
  );
