import { join } from 'node:path';
import * as v from 'valibot';
import { configurationFolder, type Environment } from '../folders.ts';
import { readStateFile, writeStateFile } from '../state-file.ts';

/** Tokens by manager address. */
type Content = { readonly tokens: Readonly<Record<string, string>> };

const schema: v.GenericSchema<unknown, Content> = v.object({
  tokens: v.record(v.string(), v.string()),
});

/** The file for those who have no keychain; only its user can read it. */
export const credentialsFilePath = (environment: Environment): string =>
  join(configurationFolder(environment), 'credentials.json');

export const tokenInFile = async (
  environment: Environment,
  account: string,
): Promise<string | undefined> => (await read(environment)).tokens[account];

export const putTokenInFile = async (
  environment: Environment,
  account: string,
  token: string,
): Promise<void> => {
  const { tokens } = await read(environment);
  await write(environment, { ...tokens, [account]: token });
};

/** Whether there was one. */
export const removeTokenFromFile = async (
  environment: Environment,
  account: string,
): Promise<boolean> => {
  const { [account]: token, ...rest } = (await read(environment)).tokens;
  if (token === undefined) return false;
  await write(environment, rest);
  return true;
};

const read = async (environment: Environment): Promise<Content> =>
  (await readStateFile(credentialsFilePath(environment), schema)) ?? { tokens: {} };

const write = (environment: Environment, tokens: Content['tokens']): Promise<void> =>
  writeStateFile(credentialsFilePath(environment), { tokens });
