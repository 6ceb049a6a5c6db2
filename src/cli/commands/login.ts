import { Command, Option } from 'commander';
import { UserError } from '../../base/errors.ts';
import type { Context } from '../context.ts';
import type { Credentials, Store } from '../credentials/credentials.ts';
import { type CommonOptions, withCommonOptions, withExamples } from './options.ts';

export type LoginOptions = CommonOptions & {
  readonly tokenStdin?: boolean;
  readonly store?: Store;
};

export const loginCommand = (context: Context): Command => {
  const command = new Command('login')
    .option('--token-stdin', 'read the token from standard input')
    .addOption(new Option('--store <where>', 'where to keep it').choices(['keychain', 'file']))
    .action((options: LoginOptions) => login(context, options));
  return withExamples(
    withCommonOptions(command),
    'byway login --manager https://byway.example.com --token-stdin < token.txt',
    'byway login --manager http://127.0.0.1:7070      asks for the token in a terminal',
  );
};

export const login = async (context: Context, options: LoginOptions): Promise<void> => {
  const { io } = context;
  const manager = await managerOf(context, options.manager);
  const token = await readToken(context, options);
  const { createManagerClient } = await import('../manager-client/client.ts');
  const connection = await context.connection(manager, token);
  const asked = createManagerClient(connection).me();
  const me = await io.progress.during(`Asking ${manager.host}`, asked);
  const store = await keep(context, manager, token, options.store);
  const { rememberManager } = await import('../configuration.ts');
  await rememberManager(context.environment, manager, context.environment['BYWAY_CA']);
  if (options.json === true)
    io.printJson({ user: me.user, role: me.role, manager: manager.href, store });
  io.say(`Logged in at ${manager.origin} as ${me.user}. The token is in ${placeOf(store)}.`);
  if (manager.protocol === 'http:' && !(await isHere(manager))) {
    io.warn(`${io.paint().warning('▲')} http: sends the token without encryption.`);
  }
};

const managerOf = async (context: Context, flag: string | undefined): Promise<URL> => {
  const { configuredEndpoint } = await import('../configuration.ts');
  const endpoint = await configuredEndpoint(flag, context.environment);
  if (endpoint !== undefined) return endpoint.manager;
  throw new UserError('Which manager? Nothing was changed.', {
    kind: 'usage',
    hint: 'byway login --manager URL --token-stdin < FILE',
  });
};

const readToken = async (
  { io }: Context,
  { tokenStdin }: Pick<LoginOptions, 'tokenStdin'>,
): Promise<string> => {
  const [{ askSecret, readSecret }, { assertToken }] = await Promise.all([
    import('../ask.ts'),
    import('../credentials/token.ts'),
  ]);
  if (tokenStdin === true) return assertToken(await readSecret(io), 'Standard input');
  if (io.interactive()) return assertToken(await askSecret(io, 'Token'), 'What you typed');
  throw new UserError('There is no terminal to ask for the token. Nothing was changed.', {
    kind: 'usage',
    hint: 'byway login --manager URL --token-stdin < FILE',
  });
};

/** Keeps the token where it was asked for, or else where it can be with the user's consent. */
const keep = async (
  context: Context,
  manager: URL,
  token: string,
  wanted: Store | undefined,
): Promise<Store> => {
  const credentials = await context.credentials();
  const store = wanted ?? 'keychain';
  try {
    await credentials.keep(manager, token, store);
    return store;
  } catch (error) {
    const { KeychainFailed } = await import('../credentials/keychain.ts');
    if (wanted !== undefined || !(error instanceof KeychainFailed)) throw error;
    return await keepInFile(context, credentials, manager, token, error);
  }
};

const keepInFile = async (
  { io, environment }: Context,
  credentials: Credentials,
  manager: URL,
  token: string,
  cause: UserError,
): Promise<Store> => {
  const { credentialsFilePath } = await import('../credentials/credentials-file.ts');
  const path = credentialsFilePath(environment);
  const { askYes } = await import('../ask.ts');
  const question = `${cause.message} Keep the token in ${path}, readable by you only?`;
  if (!io.interactive() || !(await askYes(io, question))) {
    throw new UserError(`${cause.message} The token was not kept.`, {
      kind: 'usage',
      cause,
      hint: `Keep it in ${path}, readable by you only   byway login --store file …`,
    });
  }
  await credentials.keep(manager, token, 'file');
  return 'file';
};

const placeOf = (store: Store): string =>
  store === 'file' ? 'a file that only you can read' : "the system's keychain";

const isHere = async ({ hostname }: URL): Promise<boolean> => {
  const { isLoopback } = await import('../../base/address.ts');
  return isLoopback(hostname.replace(/^\[|\]$/g, ''));
};
