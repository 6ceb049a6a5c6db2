import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Replaces a file as a whole, with mode 0600 unless told otherwise: whoever reads it, also after a crash at any moment, finds
 * the old text or the new. The folder must be there.
 */
export const writeAtomically = async (
  path: string,
  text: string,
  mode: number = 0o600,
): Promise<void> => {
  const fresh = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await withFile(
      fresh,
      'wx',
      async (file) => {
        await file.writeFile(text);
        await file.sync();
      },
      mode,
    );
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
};

// Makes the new name durable. Windows has no such call and needs none.
const syncFolder = async (folder: string): Promise<void> => {
  if (process.platform !== 'win32') await withFile(folder, 'r', (handle) => handle.sync());
};

const withFile = async (
  path: string,
  flags: string,
  use: (file: FileHandle) => Promise<void>,
  mode?: number,
): Promise<void> => {
  const file = await open(path, flags, mode);
  try {
    await use(file);
  } finally {
    await file.close();
  }
};
