import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { systemCode } from '../../base/errors.ts';
import { type Environment, runtimeFolder } from '../folders.ts';
import { isAlive, startOf } from '../living-process.ts';
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
  /** When that process started, where the system says: its number may be another's by now. */
  readonly startedAt: string | null;
  /** Where it can be asked; null when it could not listen. */
  readonly socket: string | null;
  /** Of a session in the background. */
  readonly log: string | null;
  /** The run of a pipeline that it is for. */
  readonly run: string | null;
};

const schema: v.GenericSchema<unknown, SessionFile> = v.object({
  id: v.string(),
  name: v.string(),
  manager: v.string(),
  port: v.number(),
  pid: v.number(),
  startedAt: v.optional(v.nullable(v.string()), null),
  socket: v.optional(v.nullable(v.string()), null),
  log: v.nullable(v.string()),
  run: v.optional(v.nullable(v.string()), null),
});

/** Files that are looked at; more would be leftovers. */
const filesMax = 1_000;

export const sessionsFolder = (environment: Environment): string =>
  join(runtimeFolder(environment), 'sessions');

export const writeSessionFile = (environment: Environment, file: SessionFile): Promise<void> =>
  writeStateFile(pathOf(environment, file.id), file);

export const removeSessionFile = (environment: Environment, id: string): Promise<void> =>
  rm(pathOf(environment, id), { force: true });

/**
 * For a session whose number is another process's by now. False when its file is gone already: then it
 * ended in order, this very moment.
 */
export const removeLeftover = async (environment: Environment, id: string): Promise<boolean> => {
  const file = await readStateFile(pathOf(environment, id), schema);
  await removeSessionFile(environment, id);
  return file !== undefined;
};

export type SessionFiles = {
  readonly running: readonly SessionFile[];
  /** Their processes ended without a word; what they left was removed, but for their logs. */
  readonly crashed: readonly SessionFile[];
};

/** The sessions on this machine. What killed ones left is removed on the way. */
export const readSessionFiles = async (environment: Environment): Promise<SessionFiles> => {
  const folder = sessionsFolder(environment);
  const names = (await listFolder(folder)).filter((name) => /^ic_[0-9a-z]+\.json$/.test(name));
  const running: SessionFile[] = [];
  const crashed: SessionFile[] = [];
  for (const name of names.slice(0, filesMax)) {
    const file = await readStateFile(join(folder, name), schema);
    if (file === undefined) continue;
    if (isRunning(file)) running.push(file);
    else crashed.push(file);
  }
  for (const { id, socket } of crashed) {
    await removeSessionFile(environment, id);
    if (socket !== null && process.platform !== 'win32') await rm(socket, { force: true });
  }
  return { running, crashed };
};

/** Names of the intercepts that processes of this machine serve; changes nothing. */
export const readSessionNames = async (environment: Environment): Promise<readonly string[]> => {
  const folder = sessionsFolder(environment);
  const names = (await listFolder(folder)).filter((name) => /^ic_[0-9a-z]+\.json$/.test(name));
  const files = await Promise.all(
    names.slice(0, filesMax).map((name) => readStateFile(join(folder, name), schema)),
  );
  return files.flatMap((file) => (file !== undefined && isRunning(file) ? [file.name] : []));
};

const isRunning = ({ pid, startedAt }: SessionFile): boolean => {
  if (!isAlive(pid)) return false;
  return startedAt === null || startOf(pid) === startedAt;
};

const listFolder = async (folder: string): Promise<readonly string[]> => {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
};

export const pathOf = (environment: Environment, id: string): string =>
  join(sessionsFolder(environment), `${id}.json`);
