import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';

export const projectFileName = 'byway.yaml';

/** Folders that are looked at: nobody works deeper than that. */
const foldersMax = 64;

/**
 * The project's file: the nearest `byway.yaml` from a folder up to the root of its repository, or, in no
 * repository, up to what lies in the home folder. Elsewhere only the folder itself is looked at, so that
 * nobody's file in `/tmp` counts for others. Undefined without one.
 */
export const findProjectFile = async (
  folder: string,
  home: string = homedir(),
): Promise<string | undefined> => {
  const all = upwards(folder);
  const root = await indexOfRepository(all);
  const below = all.findIndex((one) => !isBelow(one, home));
  const seen = root >= 0 ? root + 1 : Math.max(1, isBelow(folder, home) ? below : 1);
  for (const one of all.slice(0, seen)) {
    const path = join(one, projectFileName);
    if (await exists(path)) return path;
  }
  return undefined;
};

const upwards = (folder: string): readonly string[] => {
  const folders = [folder];
  while (folders.length < foldersMax) {
    const last = folders.at(-1) ?? folder;
    const parent = dirname(last);
    if (parent === last) break;
    folders.push(parent);
  }
  return folders;
};

/** Of the first folder that is the root of a repository; -1 in none. */
const indexOfRepository = async (folders: readonly string[]): Promise<number> => {
  for (const [index, folder] of folders.entries()) {
    if (await exists(join(folder, '.git'))) return index;
  }
  return -1;
};

const isBelow = (folder: string, home: string): boolean => {
  const path = relative(home, folder);
  return path !== '' && path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false, // Also what may not be looked at: then it is not the user's.
  );
