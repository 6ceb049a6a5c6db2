import { randomBytes } from 'node:crypto';
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A file that only this process and its children can reach: it has lost its name before it gets its
 * content. Returns the descriptor; its offset stays at the start. Not for Windows.
 */
export const openSecretFile = (content: string): number => {
  const path = join(tmpdir(), `byway-${randomBytes(12).toString('hex')}`);
  const descriptor = openSync(path, 'wx+', 0o600);
  try {
    unlinkSync(path);
    writeSync(descriptor, content, 0);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
};
