import { open, stat, truncate } from 'node:fs/promises';
import { writeAtomically } from '../../base/atomic-file.ts';
import { logBytesMax, logLookEveryMs } from './limits.ts';

/**
 * Keeps a log short that others append to: what is longer than 1 MiB becomes `LOG.1`, in place of
 * the one before, and the log begins anew. Looks once a second until the returned function is called.
 */
export const boundLog = (path: string): (() => void) => {
  let busy = false;
  const timer = setInterval(async () => {
    if (busy) return;
    busy = true;
    // A log that is gone, or a full disk, must not end a session.
    await rotate(path).catch(() => {});
    busy = false;
  }, logLookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
};

// Whoever writes has the file open, so that it has to stay the same file.
const rotate = async (path: string): Promise<void> => {
  const { size } = await stat(path);
  if (size <= logBytesMax) return;
  await writeAtomically(`${path}.1`, await tailOf(path, size));
  await truncate(path, 0);
};

/** What came last, from the beginning of a line on. */
const tailOf = async (path: string, size: number): Promise<string> => {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(logBytesMax),
      position: size - logBytesMax,
    });
    const text = buffer.toString('utf8', 0, bytesRead);
    return text.slice(text.indexOf('\n') + 1);
  } finally {
    await file.close();
  }
};
