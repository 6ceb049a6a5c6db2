import { link, open, readFile, rename, unlink } from 'node:fs/promises';
import { systemCode } from './errors.ts';

/** Gives a lock back; rejects with a system error when it is gone. */
export type Unlock = () => Promise<void>;

export type LockTaking =
  | { readonly ok: true; readonly unlock: Unlock }
  /** What the living holder wrote into it. */
  | { readonly ok: false; readonly holder: string };

/**
 * Makes a file that one process at a time can make, with a text that says which one it is. What
 * `isAlive` does not take for a living holder's text was left by a dead one, and is taken over. Rejects
 * with a system error, such as EPERM where the file system knows no links.
 */
export const takeLock = async (
  path: string,
  text: string,
  isAlive: (text: string) => boolean,
): Promise<LockTaking> => {
  const mine = `${path}.${process.pid}`;
  const file = await open(mine, 'w', 0o600);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
  try {
    // A link either makes the whole lock or fails: nobody ever sees one that is half written.
    while (!(await linked(mine, path))) {
      const holder = await livingHolder(path, isAlive);
      if (holder !== undefined) return { ok: false, holder };
    }
  } finally {
    await unlink(mine);
  }
  return { ok: true, unlock: () => unlink(path) };
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

/** Undefined when there is none, or none any more. */
const livingHolder = async (
  path: string,
  isAlive: (text: string) => boolean,
): Promise<string | undefined> => {
  const text = await textIn(path);
  if (text === undefined || isAlive(text)) return text;
  const aside = `${path}.stale.${process.pid}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  // Another may have replaced the stale lock between our look and the renaming.
  const taken = await textIn(aside);
  if (taken !== text) await linked(aside, path);
  await unlink(aside);
  return taken !== undefined && taken !== text && isAlive(taken) ? taken : undefined;
};

/** Undefined when there is no such file any more. */
const textIn = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
};
