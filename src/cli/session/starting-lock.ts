import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeLock, type Unlock } from '../../base/lock-file.ts';
import { isAlive, startOf } from '../living-process.ts';
import { startingFaultsMax, startingPollMs, startingWaitMsMax } from './limits.ts';

export type StartingLock = {
  /** Must be there, and be the user's own. */
  readonly folder: string;
  /** Whose sessions in the background share one process, and at which manager. */
  readonly user: string;
  readonly manager: string;
  /** Told once when another command has to be waited for, with its process. */
  readonly onWait: (pid: number) => void;
};

/**
 * Waits until no other command looks for a session in the background of that user and manager, or
 * starts one, 95 s at most; the result lets the next one look. What a killed command left is taken
 * over. Where there can be no lock it goes on without: two sessions cost a tunnel and nothing else.
 */
export const lockStarting = async (options: StartingLock): Promise<Unlock> => {
  const path = join(options.folder, `${nameOf(options)}.lock`);
  const end = performance.now() + startingWaitMsMax;
  let faults = 0;
  let told = false;
  while (performance.now() < end && faults < startingFaultsMax) {
    // Windows refuses for a moment while a file vanishes, a file system without links for ever.
    const taking = await takeLock(path, ownText(), isHolder).catch(() => undefined);
    if (taking?.ok === true) return () => taking.unlock().catch(() => {});
    if (taking === undefined) faults += 1;
    else if (!told) {
      options.onWait(pidOf(taking.holder));
      told = true;
    }
    await sleep(startingPollMs);
  }
  return async () => {};
};

const ownText = (): string => `${process.pid} ${startOf(process.pid) ?? ''}`;

const pidOf = (text: string): number => Number(text.split(' ')[0]);

// Its number may be another process's by now, where the system says when that began.
const isHolder = (text: string): boolean => {
  const startedAt = text.split(' ')[1] ?? '';
  const pid = pidOf(text);
  return isAlive(pid) && (startedAt === '' || startOf(pid) === startedAt);
};

const nameOf = ({ manager, user }: StartingLock): string => {
  const text = JSON.stringify([manager, user]);
  return `starting_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
};
