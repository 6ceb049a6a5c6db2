import { readFile, stat } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createCredentials } from '../../../src/cli/credentials/credentials.ts';
import { credentialsFilePath } from '../../../src/cli/credentials/credentials-file.ts';
import type { Keychain } from '../../../src/cli/credentials/keychain.ts';
import type { Environment } from '../../../src/cli/folders.ts';
import { cleanUp, newFolder } from '../folder.ts';

let environment: Environment;
beforeEach(async () => {
  environment = { BYWAY_CONFIG_DIR: await newFolder() };
});
afterEach(async () => {
  vi.useRealTimers();
  await cleanUp();
});

const manager = new URL('http://manager.example');
const other = new URL('http://other.example');

// The real one needs a desktop; this one keeps what it is given.
const workingKeychain = (): Keychain & { readonly passwords: Map<string, string> } => {
  const passwords = new Map<string, string>();
  const name = (service: string, account: string): string => `${service} ${account}`;
  return {
    passwords,
    getPassword: async (service, account) => passwords.get(name(service, account)) ?? null,
    setPassword: async (service, account, password) => {
      passwords.set(name(service, account), password);
    },
    deletePassword: async (service, account) => passwords.delete(name(service, account)),
  };
};

const never = (): Promise<never> => new Promise(() => {});
const deafKeychain: Keychain = { getPassword: never, setPassword: never, deletePassword: never };

test('a token is kept for its manager only, and forgotten', async () => {
  const keychain = workingKeychain();
  const credentials = createCredentials(environment, async () => keychain);
  await credentials.keep(manager, 'secret', 'keychain');
  expect(keychain.passwords).toEqual(new Map([['byway http://manager.example/', 'secret']]));
  expect(await credentials.read(manager)).toBe('secret');
  expect(await credentials.read(other)).toBeUndefined();
  expect(await credentials.forget(manager)).toBe(true);
  expect(await credentials.read(manager)).toBeUndefined();
  expect(await credentials.forget(manager)).toBe(false);
});

test('a token in the file is readable by its user only, and the keychain is not asked', async () => {
  const credentials = createCredentials(environment, () => {
    throw new Error('asked');
  });
  await credentials.keep(manager, 'secret', 'file');
  await credentials.keep(other, 'another', 'file');
  const path = credentialsFilePath(environment);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await credentials.read(manager)).toBe('secret');
  expect(await credentials.read(other)).toBe('another');
});

test('a token moves from the file to the keychain', async () => {
  const keychain = workingKeychain();
  const credentials = createCredentials(environment, async () => keychain);
  await credentials.keep(manager, 'old', 'file');
  await credentials.keep(manager, 'new', 'keychain');
  expect(await credentials.read(manager)).toBe('new');
  expect(await readFile(credentialsFilePath(environment), 'utf8')).not.toContain('old');
});

test('without a keychain nothing is kept, and nothing is read', async () => {
  const credentials = createCredentials(environment, async () => undefined);
  await expect(credentials.keep(manager, 'secret', 'keychain')).rejects.toMatchObject({
    name: 'KeychainFailed',
    message: 'There is no keychain here.',
  });
  expect(await credentials.read(manager)).toBeUndefined();
  expect(await credentials.forget(manager)).toBe(false);
});

test.each(['read', 'keep', 'forget'] as const)(
  '%s gives up after 3 s on a keychain that never answers',
  async (action) => {
    const credentials = createCredentials(environment, async () => deafKeychain);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const outcome = vi.fn();
    const call =
      action === 'keep'
        ? credentials.keep(manager, 'secret', 'keychain')
        : credentials[action](manager);
    void call.then(outcome, outcome);
    while (vi.getTimerCount() === 0) await new Promise(setImmediate);
    vi.advanceTimersByTime(2_999);
    await new Promise(setImmediate);
    expect(outcome).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    await new Promise(setImmediate);
    expect(outcome).toHaveBeenCalledWith(
      expect.objectContaining({
        kind: 'not_logged_in',
        message: 'The keychain did not answer within 3 s.',
      }),
    );
  },
);

test('a keychain that refuses is told without its own words, which might hold the secret', async () => {
  const refusing: Keychain = {
    ...deafKeychain,
    setPassword: async (_service, _account, password) => {
      throw new Error(`no place for ${password}`);
    },
  };
  const credentials = createCredentials(environment, async () => refusing);
  await expect(credentials.keep(manager, 'secret', 'keychain')).rejects.toMatchObject({
    message: expect.not.stringContaining('secret'),
  });
});

test('a token in the file is forgotten although the keychain refuses', async () => {
  const refusing: Keychain = {
    ...deafKeychain,
    deletePassword: async () => {
      throw new Error('no bus');
    },
  };
  const credentials = createCredentials(environment, async () => refusing);
  await credentials.keep(manager, 'secret', 'file');
  expect(await credentials.forget(manager)).toBe(true);
  await expect(credentials.forget(manager)).rejects.toMatchObject({ name: 'KeychainFailed' });
});
