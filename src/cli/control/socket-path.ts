import { chmod, lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { pathBytesMax } from './limits.ts';

/**
 * Where a session listens: in its folder, which is made private, or in one of the user's own under
 * the system's folder for temporary files when the path would be too long for a socket. A named pipe
 * on Windows. Throws a `UserError` when the folder is somebody else's.
 */
export const socketPath = async (folder: string, session: string): Promise<string> => {
  if (process.platform === 'win32') return `\\\\.\\pipe\\byway-${session}`;
  const path = join(folder, `${session}.sock`);
  const fits = Buffer.byteLength(path) < pathBytesMax;
  const chosen = fits ? folder : join(tmpdir(), `byway-${process.getuid?.() ?? 'user'}`);
  await makePrivate(chosen);
  return join(chosen, `${session}.sock`);
};

const makePrivate = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = await ownFolder(folder);
  if (uid !== process.getuid?.()) throw foreign(folder);
  if ((mode & 0o077) !== 0) await chmod(folder, 0o700);
};

const ownFolder = async (folder: string) => {
  const found = await lstat(folder);
  if (found.isDirectory()) return found;
  throw new UserError(`${folder} is no folder, so a session can't keep its socket there.`);
};

/**
 * Throws a `UserError` unless the socket and its folder are this user's and nobody else may write to
 * them; whoever can put a socket there could pass for the session.
 */
export const assertOwnSocket = async (path: string): Promise<void> => {
  if (process.platform === 'win32') return;
  const folder = join(path, '..');
  for (const each of [folder, path]) {
    const { uid, mode } = await lstat(each);
    if (uid !== process.getuid?.() || (mode & 0o077) !== 0) throw foreign(each);
  }
};

const foreign = (path: string): UserError =>
  new UserError(`${path} can be changed by other users, so no session is asked there.`, {
    kind: 'policy',
    hint: `Make it yours alone   chmod go= ${path}`,
  });
