import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../living-process.ts';
import { appPollMs } from './limits.ts';

/** The processes that a program of the user's consists of. */
export type ProcessTree = {
  /** To all that are left. */
  readonly send: (signal: NodeJS.Signals) => void;
  readonly isEmpty: () => boolean;
};

/** All in the group that a process leads, wherever their parents went. Not for Windows. */
export const groupOf = (pid: number): ProcessTree => ({
  send: (signal) => void sendTo(-pid, signal),
  isEmpty: () => !sendTo(-pid, 0),
});

/**
 * A process and its descendants as they are now: for one that shares our own group, as it must to
 * read from our terminal. Those that begin later are not among them.
 */
export const descendantsOf = (pid: number): ProcessTree => {
  const all = [pid, ...childrenOf(pid, parents())];
  return {
    send: (signal) => {
      for (const each of all) if (isAlive(each)) sendTo(each, signal);
    },
    isEmpty: () => !all.some(isAlive),
  };
};

/** Ends what is left: asks, and after so many milliseconds no longer asks. */
export const endTree = async (tree: ProcessTree, milliseconds: number): Promise<void> => {
  if (tree.isEmpty()) return;
  tree.send('SIGTERM');
  const until = performance.now() + milliseconds;
  while (!tree.isEmpty() && performance.now() < until) await sleep(appPollMs);
  tree.send('SIGKILL');
};

/** False when there is nobody, or nobody of ours. */
const sendTo = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
};

/** Pairs of a process and its parent; none where there is no `ps`. */
const parents = (): readonly (readonly [number, number])[] => {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], {
    encoding: 'utf8',
    timeout: 2_000,
  });
  return (stdout ?? '').split('\n').map((line) => {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    return [pid ?? 0, parent ?? 0];
  });
};

const childrenOf = (
  pid: number,
  pairs: readonly (readonly [number, number])[],
): readonly number[] =>
  pairs
    .filter(([child, parent]) => parent === pid && child !== pid)
    .flatMap(([child]) => [child, ...childrenOf(child, pairs)]);
