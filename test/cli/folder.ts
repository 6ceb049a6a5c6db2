import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const cleanUps: (() => unknown)[] = [];

/** Runs after the test, last first. */
export const afterwards = (cleanUp: () => unknown): void => {
  cleanUps.push(cleanUp);
};

export const cleanUp = async (): Promise<void> => {
  for (const undo of cleanUps.splice(0).reverse()) await undo();
};

/** A folder of one's own, removed by `cleanUp`. */
export const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'byway-cli-'));
  afterwards(() => rm(folder, { recursive: true, force: true }));
  return folder;
};
