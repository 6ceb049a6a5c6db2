import { Command } from 'commander';
import { UserError } from '../../base/errors.ts';
import type { Intercept } from '../../protocol/intercepts.ts';
import type { Context } from '../context.ts';
import type { Environment } from '../folders.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import { tellCrashed } from '../wording/sessions.ts';
import { assertNamed, findIntercepts, type Wanted } from './find-intercepts.ts';
import { type CommonOptions, withCommonOptions, withExamples } from './options.ts';

export type LeaveOptions = CommonOptions & { readonly all?: boolean; readonly ci?: boolean };

export const leaveCommand = (context: Context): Command => {
  const command = new Command('leave')
    .argument('[names...]', 'names, kind/names or ids, as `byway list` shows them')
    .option('--all', 'all of yours')
    .option('--ci', 'only those of the run that intercepts here (or BYWAY_RUN); all without names')
    .action((names: readonly string[], options: LeaveOptions) => leave(context, names, options));
  return withExamples(withCommonOptions(command), 'byway leave pricing', 'byway leave --all');
};

export const leave = async (
  context: Context,
  names: readonly string[],
  options: LeaveOptions,
): Promise<void> => {
  const { io, environment } = context;
  const ci = options.ci === true;
  const all = options.all === true || (ci && names.length === 0);
  assertNamed({ command: 'leave', names, all });
  const { readSessionFiles } = await import('../session/session-file.ts');
  tellCrashed(io, (await readSessionFiles(environment)).crashed);
  const manager = await context.manager(options.manager);
  const run = ci ? await runHere(environment, manager.connection.manager) : undefined;
  const wanted = { command: 'leave', names, all, run };
  const ended = await findOrLeaveAlone(context, manager, wanted);
  for (const intercept of ended) {
    await remove(manager, intercept.id);
    io.say(`${intercept.workload.name} serves its own traffic again.`);
  }
  if (options.json === true) {
    io.printJson({ left: ended.map(({ id, workload }) => ({ id, name: workload.name })) });
  }
  if (ended.length === 0) io.say('You intercept nothing, so there was nothing to leave.');
};

const runHere = async (environment: Environment, { href }: URL): Promise<string> => {
  const { localRun } = await import('../pipeline/local-run.ts');
  return await localRun(environment, href);
};

/** Without a manager the sessions of this machine can still be ended, and it will hear of it. */
const findOrLeaveAlone = async (
  { io, environment }: Context,
  manager: ManagerClient,
  wanted: Wanted,
): Promise<readonly Intercept[]> => {
  try {
    return await findIntercepts(manager, wanted);
  } catch (error) {
    if (!(error instanceof UserError) || error.kind !== 'unreachable') throw error;
    const { leaveLocally } = await import('../control/leave-locally.ts');
    const { href } = manager.connection.manager;
    for (const name of await leaveLocally(environment, href, wanted)) {
      io.say(`The session of ${name} has ended here; the pod answers for it.`);
    }
    throw error;
  }
};

// Someone else, or the clock, may have been faster: then it is as wanted.
const remove = async (manager: Pick<ManagerClient, 'remove'>, id: string): Promise<void> => {
  try {
    await manager.remove(id);
  } catch (error) {
    if (!(error instanceof UserError && error.kind === 'not_found')) throw error;
  }
};
