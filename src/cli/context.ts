import { resolve } from 'node:path';
import { UserError } from '../base/errors.ts';
import type { Endpoint } from './configuration.ts';
import type { Credentials } from './credentials/credentials.ts';
import type { Environment } from './folders.ts';
import type { Io, IoFlags } from './io.ts';
import type { ManagerClient } from './manager-client/client.ts';
import type { Connection } from './manager-client/exchange.ts';

/** The playground's own module, which this layer may not import. */
export type PlaygroundModule = {
  readonly playground: (options: {
    readonly once: boolean;
    readonly json: boolean;
  }) => Promise<number>;
};

/** What `bin/` passes in. */
export type Outside = {
  /** Path of the program itself, for sessions in the background. */
  readonly program: string;
  readonly playground: () => Promise<PlaygroundModule>;
};

/** Signals that end a command; the returned function stops listening. */
export type Signals = (listener: (signal: NodeJS.Signals) => void) => () => void;

/** Everything a command may touch. Functions are lazy: a command pays only for what it calls. */
export type Context = Outside & {
  readonly io: Io;
  readonly environment: Environment;
  readonly signals: Signals;
  /** The manager that a `--manager` flag, or the configuration, names. */
  readonly endpoint: (flag: string | undefined) => Promise<Endpoint>;
  readonly credentials: () => Promise<Credentials>;
  /** Takes over the flags that all commands know. */
  readonly prepare: (flags: IoFlags & { readonly ca?: string }) => Promise<void>;
  /** How to get to a manager with a token: through which proxy, trusting whom. */
  readonly connection: (manager: URL, token: string) => Promise<Connection>;
  /** A client with this user's token. Throws a `UserError` of kind `not_logged_in`. */
  readonly manager: (flag: string | undefined) => Promise<ManagerClient>;
};

export const createContext = (
  io: Io,
  outer: Environment,
  signals: Signals,
  outside: Outside,
): Context => {
  // A flag wins over its variable, for sessions in the background as well.
  const environment: Record<string, string | undefined> = { ...outer };
  const credentials = async (): Promise<Credentials> => {
    const [{ createCredentials }, { openKeychain }] = await Promise.all([
      import('./credentials/credentials.ts'),
      import('./credentials/keychain.ts'),
    ]);
    return createCredentials(environment, openKeychain);
  };
  const endpoint = async (flag: string | undefined): Promise<Endpoint> => {
    const { findEndpoint } = await import('./configuration.ts');
    return await findEndpoint(flag, environment);
  };
  const connection = async (manager: URL, token: string): Promise<Connection> => {
    const { wayTo } = await import('./way-to.ts');
    return { ...(await wayTo(manager, environment)), token };
  };
  return {
    ...outside,
    io,
    environment,
    signals,
    endpoint,
    credentials,
    prepare: async (flags) => {
      if (flags.ca !== undefined) environment['BYWAY_CA'] = resolve(flags.ca);
      await io.prepare(flags);
    },
    connection,
    manager: async (flag) => {
      const found = await endpoint(flag);
      const token = await findToken(found, environment, credentials);
      const [{ createManagerClient }, { toldClient }] = await Promise.all([
        import('./manager-client/client.ts'),
        import('./manager-client/told-client.ts'),
      ]);
      return toldClient(createManagerClient(await connection(found.manager, token)), io.progress);
    },
  };
};

const findToken = async (
  { manager, source, tokenFile }: Endpoint,
  environment: Environment,
  credentials: () => Promise<Credentials>,
): Promise<string> => {
  const { assertToken } = await import('./credentials/token.ts');
  if (source === 'project') await assertOwnChoice(manager, environment, credentials);
  const variable = environment['BYWAY_TOKEN'];
  if (variable !== undefined && variable !== '') return assertToken(variable, 'BYWAY_TOKEN');
  if (tokenFile !== undefined) {
    const { readText } = await import('./state-file.ts');
    return assertToken((await readText(tokenFile)) ?? '', tokenFile);
  }
  const token = await readKept(await credentials(), manager);
  if (token !== undefined) return assertToken(token, 'The stored token');
  throw new UserError(`You are not logged in at ${manager.origin}. Nothing was changed.`, {
    kind: 'not_logged_in',
    hint: `Log in   byway login --manager ${manager.href} --token-stdin < FILE`,
  });
};

/**
 * A file that came with a repository may name any manager. It gets a token only where the user has logged in
 * themselves, and never the one in `BYWAY_TOKEN` because a file says so.
 */
const assertOwnChoice = async (
  manager: URL,
  environment: Environment,
  credentials: () => Promise<Credentials>,
): Promise<void> => {
  const { rememberedEndpoint } = await import('./configuration.ts');
  if ((await rememberedEndpoint(environment))?.manager.href === manager.href) return;
  if (await isKept(await credentials(), manager)) return;
  const variable = (environment['BYWAY_TOKEN'] ?? '') !== '';
  throw new UserError(
    `byway.yaml names the manager ${manager.origin}, where you have not logged in, so nothing was sent to it.`,
    {
      kind: 'not_logged_in',
      hint: [
        `If you trust it   byway login --manager ${manager.href} --token-stdin < FILE`,
        ...(variable ? [`With BYWAY_TOKEN  BYWAY_MANAGER=${manager.href}`] : []),
      ].join('\n'),
    },
  );
};

/** Whether the user keeps a token for exactly that manager; what can't be known counts as no. */
const isKept = async (credentials: Credentials, manager: URL): Promise<boolean> => {
  try {
    return (await credentials.read(manager)) !== undefined;
  } catch (error) {
    const { KeychainFailed } = await import('./credentials/keychain.ts');
    if (error instanceof KeychainFailed) return false;
    throw error;
  }
};

const readKept = async (credentials: Credentials, manager: URL): Promise<string | undefined> => {
  try {
    return await credentials.read(manager);
  } catch (error) {
    const { KeychainFailed, keychainHint } = await import('./credentials/keychain.ts');
    if (!(error instanceof KeychainFailed)) throw error;
    throw new UserError(
      `You are not logged in at ${manager.origin}: ${error.reason}. Nothing was changed.`,
      { kind: 'not_logged_in', hint: keychainHint, cause: error },
    );
  }
};
