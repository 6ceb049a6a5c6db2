import { UserError } from '../../base/errors.ts';

/** The system's store of secrets. Every call may be refused or take for ever. */
export type Keychain = {
  readonly getPassword: (service: string, account: string) => Promise<string | null>;
  readonly setPassword: (service: string, account: string, password: string) => Promise<void>;
  readonly deletePassword: (service: string, account: string) => Promise<boolean>;
};

/** Milliseconds for one call: a keychain may wait for a dialogue that nobody sees. */
export const keychainMsMax = 3_000;

/** The system's keychain, or undefined on a machine without one. */
export const openKeychain = async (): Promise<Keychain | undefined> => {
  try {
    const { default: keytar } = await import('keytar');
    return keytar;
  } catch {
    return undefined; // No native library for it here: the same as having no keychain.
  }
};

/** Runs one call with the limit of 3 s. Throws `KeychainFailed`. */
export const withinLimit = async <T>(call: () => Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new KeychainFailed('the keychain did not answer within 3 s')),
      keychainMsMax,
    );
  });
  try {
    return await Promise.race([call(), late]);
  } catch (error) {
    if (error instanceof KeychainFailed) throw error;
    throw new KeychainFailed('the keychain refused', { cause: error });
  } finally {
    clearTimeout(timer);
  }
};

/** There is no keychain, it did not answer, or it refused. */
export class KeychainFailed extends UserError {
  override readonly name: string = 'KeychainFailed';
  /** A clause without capital or full stop. */
  readonly reason: string;

  constructor(reason: string, options: ErrorOptions = {}) {
    super(`${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`, {
      ...options,
      kind: 'not_logged_in',
      hint: keychainHint,
    });
    this.reason = reason;
  }
}

/** What helps where there is no keychain. */
export const keychainHint =
  'Set BYWAY_TOKEN, or keep the token in a file   byway login --store file --token-stdin < FILE';
