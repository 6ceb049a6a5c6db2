import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { systemCode } from '../../base/errors.ts';
import { type Environment, runtimeFolder } from '../folders.ts';
import { isAlive } from '../living-process.ts';
import { readStateFile, writeStateFile } from '../state-file.ts';

/** What one session on this machine tells the commands of other terminals. Holds no secret. */
export type SessionFile = {
  /** The intercept's id. */
  readonly id: string;
  readonly name: string;
  readonly manager: string;
  /** The port on this machine. */
  readonly port: number;
  readonly pid: number;
  /** Of a session in the background. */
  readonly log: string | null;
};

const schema: v.GenericSchema<unknown, SessionFile> = v.object({
  id: v.string(),
  name: v.string(),
  manager: v.string(),
  port: v.number(),
  pid: v.number(),
  log: v.nullable(v.string()),
});

/** Files that are looked at; more would be leftovers. */
const filesMax = 1_000;

export const sessionsFolder = (environment: Environment): string =>
  join(runtimeFolder(environment), 'sessions');

export const writeSessionFile = (environment: Environment, file: SessionFile): Promise<void> =>
  writeStateFile(pathOf(environment, file.id), file);

export const removeSessionFile = (environment: Environment, id: string): Promise<void> =>
  rm(pathOf(environment, id), { force: true });

/** The sessions that run on this machine; what killed ones left is removed on the way. */
export const readSessionFiles = async (
  environment: Environment,
): Promise<readonly SessionFile[]> => {
  const folder = sessionsFolder(environment);
  const names = (await listFolder(folder)).filter((name) => /^ic_[0-9a-z]+\.json$/.test(name));
  const alive: SessionFile[] = [];
  for (const name of names.slice(0, filesMax)) {
    const file = await readStateFile(join(folder, name), schema);
    if (file === undefined) continue;
    if (isAlive(file.pid)) alive.push(file);
    else await removeLeftovers(environment, file);
  }
  return alive;
};

const removeLeftovers = async (environment: Environment, { id, log }: SessionFile) => {
  await removeSessionFile(environment, id);
  if (log !== null) await rm(log, { force: true });
};

const listFolder = async (folder: string): Promise<readonly string[]> => {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
};

const pathOf = (environment: Environment, id: string): string =>
  join(sessionsFolder(environment), `${id}.json`);
