import { join } from 'node:path';
import { systemCode, UserError } from '../../base/errors.ts';
import { takeLock, type Unlock } from '../../base/lock-file.ts';

/**
 * Takes a data folder for this process; the result frees it for the next manager. A lock whose
 * process is dead is taken over. Rejects with a `UserError` while another manager lives on it.
 */
export const lockFolder = async (folder: string): Promise<Unlock> => {
  const taking = await takeLock(join(folder, 'lock'), `${process.pid}\n`, (text) =>
    isAlive(pidIn(text)),
  );
  if (taking.ok) return taking.unlock;
  throw new UserError(`Another manager (process ${pidIn(taking.holder)}) is using ${folder}.`, {
    hint: 'Stop it, or give this one a folder of its own with --data.',
  });
};

/** 0 when the text names no process. */
const pidIn = (text: string): number => {
  const pid = Number(text.trim());
  return Number.isSafeInteger(pid) && pid > 0 ? pid : 0;
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
