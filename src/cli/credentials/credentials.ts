import type { Environment } from '../folders.ts';
import { putTokenInFile, removeTokenFromFile, tokenInFile } from './credentials-file.ts';
import { type Keychain, KeychainFailed, withinLimit } from './keychain.ts';

const service = 'byway';

/** Where a token is kept. */
export type Store = 'keychain' | 'file';

/** The tokens this user keeps, one for each manager. */
export type Credentials = {
  /** Undefined when none is kept. Throws `KeychainFailed` when that can't be known. */
  readonly read: (manager: URL) => Promise<string | undefined>;
  /** Keeps a token; one in the file is looked at first. Throws `KeychainFailed`. */
  readonly keep: (manager: URL, token: string, store: Store) => Promise<void>;
  /** Removes the token; whether there was one. Throws `KeychainFailed` if that is unknown. */
  readonly forget: (manager: URL) => Promise<boolean>;
};

export const createCredentials = (
  environment: Environment,
  openKeychain: () => Promise<Keychain | undefined>,
): Credentials => ({
  read: async ({ href }) => {
    const token = await tokenInFile(environment, href);
    if (token !== undefined) return token;
    return await withinLimit(async () => {
      const keychain = await openKeychain();
      return (await keychain?.getPassword(service, href)) ?? undefined;
    });
  },
  keep: async ({ href }, token, store) => {
    if (store === 'keychain') {
      await withinLimit(async () => {
        const keychain = await openKeychain();
        if (keychain === undefined) throw new KeychainFailed('there is no keychain here');
        await keychain.setPassword(service, href, token);
      });
      await removeTokenFromFile(environment, href);
      return;
    }
    await putTokenInFile(environment, href, token);
  },
  forget: async ({ href }) => {
    const inFile = await removeTokenFromFile(environment, href);
    try {
      return await withinLimit(async () => {
        const keychain = await openKeychain();
        return (await keychain?.deletePassword(service, href)) === true || inFile;
      });
    } catch (error) {
      // Who keeps tokens in a file has probably no keychain that works.
      if (inFile && error instanceof KeychainFailed) return true;
      throw error;
    }
  },
});
