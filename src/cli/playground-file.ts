import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { isLoopback } from '../base/address.ts';
import { type Environment, runtimeFolder } from './folders.ts';
import { isAlive } from './living-process.ts';
import { readStateFile, writeStateFile } from './state-file.ts';

/** How other terminals find a running playground. */
export type PlaygroundFile = {
  /** Address of its manager; loopback only. */
  readonly manager: string;
  /** Path of the file with the owner's token. */
  readonly tokenFile: string;
  readonly pid: number;
};

const schema: v.GenericSchema<unknown, PlaygroundFile> = v.object({
  manager: v.pipe(v.string(), v.url()),
  tokenFile: v.string(),
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
});

export const playgroundFilePath = (environment: Environment): string =>
  join(runtimeFolder(environment), 'playground.json');

/** The running playground, or undefined. A file left by one that was killed does not count. */
export const readPlaygroundFile = async (
  environment: Environment,
): Promise<PlaygroundFile | undefined> => {
  const file = await readStateFile(playgroundFilePath(environment), schema);
  if (file === undefined || !isAlive(file.pid)) return undefined;
  return isLoopback(new URL(file.manager).hostname.replace(/^\[|\]$/g, '')) ? file : undefined;
};

/** Makes a playground known; a later one replaces it. */
export const writePlaygroundFile = (
  environment: Environment,
  file: PlaygroundFile,
): Promise<void> => writeStateFile(playgroundFilePath(environment), file);

/** Removes the file, unless another playground has replaced it meanwhile. */
export const removePlaygroundFile = async (
  environment: Environment,
  pid: number,
): Promise<void> => {
  const path = playgroundFilePath(environment);
  const file = await readStateFile(path, schema);
  if (file?.pid === pid) await rm(path, { force: true });
};
