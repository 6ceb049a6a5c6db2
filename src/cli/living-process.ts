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

/**
 * When a process started, as a text that two processes with the same id never share: clock ticks
 * since the machine's start. Undefined where the system does not say.
 */
export const startOf = (pid: number): string | undefined => fieldsOf(pid)?.[19];

// In a container nobody may collect the dead, and signals can be sent to them for ever.
const isZombie = (pid: number): boolean => ['Z', 'X'].includes(fieldsOf(pid)?.[0] ?? '');

/** From the state on: the name before it may hold anything. */
const fieldsOf = (pid: number): readonly string[] | undefined => {
  if (process.platform !== 'linux') return undefined;
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined; // No such file system here, or the process ended this moment.
  }
};
