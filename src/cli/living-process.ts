import { readFileSync } from 'node:fs';
import { systemCode } from '../base/errors.ts';

/** Whether a process with that id runs now. Another user's process counts as running. */
export const isAlive = (pid: number): boolean => {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
};

// In a container nobody may collect the dead, and signals can be sent to them for ever.
const isZombie = (pid: number): boolean => {
  if (process.platform !== 'linux') return false;
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false; // No such file system here, or the process ended this moment.
  }
};
