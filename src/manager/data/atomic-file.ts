import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Replaces a file as a whole (mode 0600): after a crash at any moment it has the old text or the
 * new. Only one writer per path at a time.
 */
export const writeAtomically = async (path: string, text: string): Promise<void> => {
  const fresh = `${path}.new`;
  await withFile(fresh, 'w', async (file) => {
    await file.writeFile(text);
    await file.sync();
  });
  await rename(fresh, path);
  await syncFolder(dirname(path));
};

/** Makes names in a folder durable. Windows has no such call and needs none. */
const syncFolder = async (folder: string): Promise<void> => {
  if (process.platform !== 'win32') await withFile(folder, 'r', (handle) => handle.sync());
};

const withFile = async (
  path: string,
  flags: string,
  use: (file: FileHandle) => Promise<void>,
): Promise<void> => {
  const file = await open(path, flags, 0o600);
  try {
    await use(file);
  } finally {
    await file.close();
  }
};
