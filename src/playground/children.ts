import { setTimeout as sleep } from 'node:timers/promises';
import { withDeadline } from '../base/deadline.ts';
import { UserError } from '../base/errors.ts';
import { type Child, type ChildEnd, type ChildPlan, startChild } from './child.ts';

/** Milliseconds that a command may take, and that ending all of them may take. */
const commandMilliseconds = 20_000;
const stopMilliseconds = 5_000;

/** A process that is needed has ended by itself. */
export type Loss = { readonly name: string; readonly end: ChildEnd };

/** A program that runs; `readyLine` is what it printed when it was ready. */
export type Running = {
  readonly readyLine: Readonly<Record<string, unknown>>;
  readonly pid: number | undefined;
  readonly ended: Promise<ChildEnd>;
  /** Ends it at once and resolves when it is gone; that is no loss. */
  readonly kill: () => Promise<void>;
};

/** All processes of one playground. */
export type Children = {
  /** Starts a program and resolves when it is ready. Rejects with a `UserError`. */
  readonly start: (plan: ChildPlan & { readonly mayEnd?: boolean }) => Promise<Running>;
  /** Runs a command to its end, at most 20 s. Rejects with a `UserError` when it takes longer. */
  readonly run: (plan: ChildPlan) => Promise<ChildEnd>;
  /** Ends all of them, and whatever is started later; resolves when they are gone, within 5 s. */
  readonly stop: () => Promise<void>;
};

export const createChildren = (onLoss: (loss: Loss) => void): Children => {
  const living = new Set<Child>();
  const unneeded = new Set<Child>();
  let stopped = false;

  const begin = (plan: ChildPlan): Child => {
    if (stopped) throw new UserError(`${plan.name} was not started: the playground ends.`);
    const child = startChild(plan);
    living.add(child);
    void child.ended.then(() => living.delete(child));
    return child;
  };
  const kill = async (child: Child): Promise<void> => {
    unneeded.add(child);
    child.kill();
    await Promise.race([child.ended, sleep(stopMilliseconds, undefined, { ref: false })]);
  };

  return {
    start: async (plan) => {
      const child = begin(plan);
      try {
        const readyLine = await child.ready();
        void child.ended.then((end) => {
          if (!unneeded.has(child) && plan.mayEnd !== true) onLoss({ name: plan.name, end });
        });
        return { readyLine, pid: child.pid, ended: child.ended, kill: () => kill(child) };
      } catch (error) {
        await kill(child);
        throw error;
      }
    },
    run: async (plan) => {
      const child = begin(plan);
      try {
        const message = `${plan.name} took longer than 20 s.`;
        return await withDeadline(child.ended, commandMilliseconds, message);
      } finally {
        await kill(child);
      }
    },
    stop: async () => {
      stopped = true;
      await Promise.all([...living].map(kill));
    },
  };
};
