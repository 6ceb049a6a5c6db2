import { link, open, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode, UserError } from '../../base/errors.ts';

/** Frees the folder for the next manager. */
export type Unlock = () => Promise<void>;

/**
 * Takes a data folder for this process. A lock whose process is dead is taken over. Rejects with a
 * `UserError` while another manager lives on it.
 */
export const lockFolder = async (folder: string): Promise<Unlock> => {
  const path = join(folder, 'lock');
  const mine = `${path}.${process.pid}`;
  const file = await open(mine, 'w', 0o600);
  try {
    await file.writeFile(`${process.pid}\n`);
  } finally {
    await file.close();
  }
  try {
    // A link either makes the whole lock or fails: nobody ever sees one that is half written.
    while (!(await linked(mine, path))) await removeStale(path, folder);
  } finally {
    await unlink(mine);
  }
  return () => unlink(path);
};

const linked = async (from: string, to: string): Promise<boolean> => {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
};

const removeStale = async (path: string, folder: string): Promise<void> => {
  const pid = await pidIn(path);
  if (pid === undefined) return;
  refuseIfAlive(pid, folder);
  const aside = `${path}.stale.${process.pid}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  // Another starter may have replaced the stale lock between our look and the renaming.
  const taken = await pidIn(aside);
  if (taken !== pid) await linked(aside, path);
  await unlink(aside);
  if (taken !== undefined && taken !== pid) refuseIfAlive(taken, folder);
};

/** Undefined when there is no lock any more; 0 when the file names no process. */
const pidIn = async (path: string): Promise<number | undefined> => {
  try {
    const pid = Number((await readFile(path, 'utf8')).trim());
    return Number.isSafeInteger(pid) && pid > 0 ? pid : 0;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
};

const refuseIfAlive = (pid: number, folder: string): void => {
  if (!isAlive(pid)) return;
  throw new UserError(`Another manager (process ${pid}) is using ${folder}.`, {
    hint: 'Stop it, or give this one a folder of its own with --data.',
  });
};

// A lock with our own number was left by an earlier life: in a container every life has number 1.
const isAlive = (pid: number): boolean => {
  if (pid === 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
};
