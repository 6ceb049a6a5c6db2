import { UserError } from '../../base/errors.ts';
import type { Me } from '../../protocol/api.ts';
import type { Endpoint } from '../configuration.ts';
import type { Context } from '../context.ts';
import { tokenInFile } from '../credentials/credentials-file.ts';
import { moment } from '../wording/figures.ts';
import { plain } from '../wording/plain.ts';
import { pass, type Result, skip, warn } from './check.ts';
import { orUndefined, type Patient } from './patient.ts';

/** Milliseconds before its end at which a token is worth a word. */
const tokenMsMin: number = 24 * 60 * 60 * 1000;

/** Whose token there is, where it is kept, and until when it is good. Never the token. */
export const checkCredentials = async (patient: Patient): Promise<Result> => {
  const endpoint = await orUndefined(patient.endpoint());
  if (endpoint === undefined) return skip('no manager is known');
  await patient.manager();
  const place = await placeOf(patient.context, endpoint);
  const me = await meOrUndefined(patient);
  if (me === undefined) return skip(`a token ${place}; the manager can't be asked whose`);
  const whose = `${me.role}'s token of ${plain(me.user)} ${place}`;
  if (me.tokenExpiresAt === null) return pass(`${whose}, no end`);
  const end = new Date(me.tokenExpiresAt);
  const until = `${whose}, until ${moment(end, new Date())}`;
  return end.getTime() - Date.now() < tokenMsMin
    ? warn(until, 'Log in with a new one   byway login --token-stdin < FILE')
    : pass(until);
};

/** Undefined when nobody answers there, which the check of the manager tells. */
const meOrUndefined = async ({ me }: Patient): Promise<Me | undefined> => {
  try {
    return await me();
  } catch (error) {
    if (error instanceof UserError && error.kind === 'unreachable') return undefined;
    throw error;
  }
};

const placeOf = async ({ environment }: Context, endpoint: Endpoint): Promise<string> => {
  if ((environment['BYWAY_TOKEN'] ?? '') !== '') return 'in BYWAY_TOKEN';
  if (endpoint.tokenFile !== undefined) return 'in a file of the playground';
  const inFile = await tokenInFile(environment, endpoint.manager.href);
  return inFile === undefined ? "in the system's keychain" : 'in credentials.json';
};
