import { Command } from 'commander';
import type { Context } from '../context.ts';

/** Started by `byway intercept --detach`, and by nobody else. */
export const sessionCommand = (context: Context, exit: (code: number) => void): Command =>
  new Command('session').action(async () => {
    const { runBackground } = await import('../session/background-session.ts');
    exit(await runBackground(context));
  });
