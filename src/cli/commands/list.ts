import { Command } from 'commander';
import type { Intercept } from '../../protocol/intercepts.ts';
import type { Context } from '../context.ts';
import type { SessionFile } from '../session/session-file.ts';
import { moment } from '../wording/figures.ts';
import { matchInWords, whoseKey } from '../wording/match.ts';
import { tellCrashed } from '../wording/sessions.ts';
import { table } from '../wording/table.ts';
import { type CommonOptions, withCommonOptions, withExamples } from './options.ts';

export type ListOptions = CommonOptions & { readonly all?: boolean };

export const listCommand = (context: Context): Command => {
  const command = new Command('list')
    .option('--all', "everybody's")
    .action((options: ListOptions) => list(context, options));
  return withExamples(withCommonOptions(command), 'byway list', 'byway list --all --json');
};

export const list = async (context: Context, options: ListOptions): Promise<void> => {
  const { io } = context;
  const { readSessionFiles } = await import('../session/session-file.ts');
  const { running, crashed } = await readSessionFiles(context.environment);
  tellCrashed(io, crashed);
  const manager = await context.manager(options.manager);
  const [me, everybodys] = await Promise.all([manager.me(), manager.intercepts()]);
  const intercepts =
    options.all === true ? everybodys : everybodys.filter(({ owner }) => owner === me.user);
  if (options.json === true) {
    io.printJson({ intercepts });
    return;
  }
  if (intercepts.length === 0) {
    io.say(
      options.all === true
        ? 'Nobody intercepts anything.   byway intercept NAME --port 3000'
        : "You intercept nothing.   byway intercept NAME --port 3000   everybody's: byway list --all",
    );
    return;
  }
  io.print(asTable(intercepts, me.user, running));
};

const asTable = (
  intercepts: readonly Intercept[],
  user: string,
  sessions: readonly SessionFile[],
): string => {
  const now = new Date();
  const rows = intercepts.map((intercept) => {
    const { id, workload, port, owner, laptop, match, run, state, expiresAt, priority } = intercept;
    const local = sessions.find((session) => session.id === id)?.port;
    return [
      workload.name,
      String(port),
      local === undefined ? laptop : `localhost:${local}`,
      owner,
      matchInWords(match, whoseKey(run, owner === user ? 'your' : 'their')) +
        (priority === undefined ? '' : `, priority ${priority}`),
      state,
      expiresAt === null ? '' : `until ${moment(new Date(expiresAt), now)}`,
    ];
  });
  return table([['NAME', 'PORT', 'GOES TO', 'OWNER', 'MATCH', 'STATE', 'LEASE'], ...rows]);
};
