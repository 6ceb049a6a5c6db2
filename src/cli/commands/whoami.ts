import { Command } from 'commander';
import type { Context } from '../context.ts';
import { moment, shortKey } from '../wording/figures.ts';
import { table } from '../wording/table.ts';
import { type CommonOptions, withCommonOptions, withExamples } from './options.ts';

export const whoamiCommand = (context: Context): Command => {
  const command = new Command('whoami').action((options: CommonOptions) =>
    whoami(context, options),
  );
  return withExamples(withCommonOptions(command), 'byway whoami', 'byway whoami --json');
};

export const whoami = async (context: Context, options: CommonOptions): Promise<void> => {
  const { io } = context;
  const manager = await context.manager(options.manager);
  const me = await manager.me();
  const key = me.key === null ? null : shortKey(me.key);
  const { href } = manager.connection.manager;
  if (options.json === true) {
    io.printJson({ ...me, key, manager: href });
    return;
  }
  const expires =
    me.tokenExpiresAt === null ? 'never' : moment(new Date(me.tokenExpiresAt), new Date());
  const rows = [
    ['user', me.user],
    ['role', me.role],
    ...(key === null ? [] : [['key', key]]),
    ...(me.workload === null ? [] : [['workload', me.workload]]),
    ['manager', href],
    ['token expires', expires],
  ];
  io.print(table(rows));
};
