import { userInfo } from 'node:os';
import { nameCharactersMax } from '../../protocol/limits.ts';

/** The system's user name in the form of a name: other characters become dashes. */
export const ownerName = (): string => nameFrom(systemUser());

/** Always a valid name, `owner` when nothing is left. */
export const nameFrom = (text: string): string =>
  text
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .slice(0, nameCharactersMax)
    .replaceAll(/^[._-]+|[._-]+$/g, '') || 'owner';

// Throws in a container whose user number has no entry in the user database.
const systemUser = (): string => {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
};
