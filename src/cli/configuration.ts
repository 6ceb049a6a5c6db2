import { join, resolve } from 'node:path';
import * as v from 'valibot';
import { UserError } from '../base/errors.ts';
import { configurationFolder, type Environment } from './folders.ts';
import { readPlaygroundFile } from './playground-file.ts';
import { type RedactionPlan, redactionPlanSchema } from './recorder/redaction/rules.ts';
import { readStateFile, writeStateFile } from './state-file.ts';

/** What the user configured, in `config.json`. */
export type UserFile = {
  readonly manager?: string;
  /** File of the authority that this manager's certificate was checked with. */
  readonly ca?: string;
  /** Hidden in what sessions record, besides what is hidden anyway. */
  readonly redact?: RedactionPlan;
};

export const userFileSchema: v.GenericSchema<unknown, UserFile> = v.looseObject({
  manager: v.exactOptional(v.string()),
  ca: v.exactOptional(v.string()),
  redact: v.exactOptional(redactionPlanSchema),
});

/** A manager, and where the answer came from. */
export type Endpoint = {
  readonly manager: URL;
  readonly source: 'flag' | 'environment' | 'project' | 'file' | 'playground';
  /** Of a playground: the file with its token. */
  readonly tokenFile: string | undefined;
};

/** The manager that the user configured: flag, then `BYWAY_MANAGER`, then the user's file. */
export const configuredEndpoint = async (
  flag: string | undefined,
  environment: Environment,
): Promise<Endpoint | undefined> =>
  namedEndpoint(flag, environment) ?? (await rememberedEndpoint(environment));

const namedEndpoint = (
  flag: string | undefined,
  environment: Environment,
): Endpoint | undefined => {
  if (flag !== undefined) return endpoint('flag', flag, '--manager');
  const variable = environment['BYWAY_MANAGER'];
  return variable === undefined || variable === ''
    ? undefined
    : endpoint('environment', variable, 'BYWAY_MANAGER');
};

/** The manager of the last login. */
export const rememberedEndpoint = async (
  environment: Environment,
): Promise<Endpoint | undefined> => {
  const path = userFilePath(environment);
  const { manager } = (await readStateFile(path, userFileSchema)) ?? {};
  return manager === undefined ? undefined : endpoint('file', manager, `"manager" in ${path}`);
};

/**
 * The manager to talk to: flag, `BYWAY_MANAGER`, `byway.yaml` of the folder's project, the user's file,
 * or else a running playground's.
 */
export const findEndpoint = async (
  flag: string | undefined,
  environment: Environment,
  folder: string = process.cwd(),
): Promise<Endpoint> => {
  const configured =
    namedEndpoint(flag, environment) ??
    (await projectEndpoint(folder)) ??
    (await rememberedEndpoint(environment));
  if (configured !== undefined) return configured;
  const playground = await readPlaygroundFile(environment);
  if (playground !== undefined) {
    return {
      ...endpoint('playground', playground.manager, 'The playground'),
      tokenFile: playground.tokenFile,
    };
  }
  throw new UserError('No manager is configured and no playground runs here.', {
    kind: 'not_logged_in',
    hint: 'Try it out   byway playground\nLog in       byway login --manager URL --token-stdin < FILE',
  });
};

const projectEndpoint = async (folder: string): Promise<Endpoint | undefined> => {
  const { findProjectFile } = await import('./project/find-file.ts');
  const path = await findProjectFile(folder);
  if (path === undefined) return undefined;
  const { findProject } = await import('./project/project.ts');
  const manager = (await findProject(folder))?.content.manager;
  return manager === undefined ? undefined : endpoint('project', manager, `"manager" in ${path}`);
};

/** Remembers the manager for later commands, and whom to trust for it. */
export const rememberManager = async (
  environment: Environment,
  manager: URL,
  ca?: string,
): Promise<void> => {
  const path = userFilePath(environment);
  const { ca: _, ...others } = (await readStateFile(path, userFileSchema)) ?? {};
  await writeStateFile(path, {
    ...others,
    manager: manager.href,
    ...(ca === undefined || ca === '' ? {} : { ca: resolve(ca) }),
  });
};

/** The file of the authority that a login at this manager named. */
export const rememberedAuthority = async (
  environment: Environment,
  manager: URL,
): Promise<string | undefined> => {
  const file = await readStateFile(userFilePath(environment), userFileSchema);
  return file?.manager === manager.href ? file.ca : undefined;
};

/** What the user's file says of redaction. */
export const configuredRedaction = async (
  environment: Environment,
): Promise<RedactionPlan | undefined> =>
  (await readStateFile(userFilePath(environment), userFileSchema))?.redact;

/** The user's own file; it need not be there. */
export const userFilePath = (environment: Environment): string =>
  join(configurationFolder(environment), 'config.json');

const endpoint = (source: Endpoint['source'], text: string, from: string): Endpoint => ({
  manager: managerUrl(text, from),
  source,
  tokenFile: undefined,
});

const managerUrl = (text: string, from: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url !== undefined && url.username === '' && url.password === '';
  if (url === undefined || !plain || !['http:', 'https:'].includes(url.protocol)) {
    throw new UserError(`${from} takes an address such as https://byway.example.com.`, {
      kind: 'usage',
    });
  }
  url.hash = '';
  url.search = '';
  return url;
};
