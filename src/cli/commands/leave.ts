import { Command } from 'commander';
import { UserError } from '../../base/errors.ts';
import type { Intercept } from '../../protocol/intercepts.ts';
import type { Context } from '../context.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import { closest } from '../wording/closest.ts';
import { isCalled } from '../wording/name.ts';
import { type CommonOptions, withCommonOptions, withExamples } from './options.ts';

export type LeaveOptions = CommonOptions & { readonly all?: boolean };

export const leaveCommand = (context: Context): Command => {
  const command = new Command('leave')
    .description('End intercepts; the services answer for themselves again')
    .argument('[names...]', 'names, kind/names or ids, as `byway list` shows them')
    .option('--all', 'all of yours')
    .action((names: readonly string[], options: LeaveOptions) => leave(context, names, options));
  return withExamples(withCommonOptions(command), 'byway leave pricing', 'byway leave --all');
};

export const leave = async (
  context: Context,
  names: readonly string[],
  options: LeaveOptions,
): Promise<void> => {
  if (names.length > 0 === (options.all === true)) {
    throw new UserError('Say which intercepts to leave, or --all of yours.', {
      kind: 'usage',
      hint: 'byway leave NAME   byway leave --all',
    });
  }
  const { io } = context;
  const manager = await context.manager(options.manager);
  const [me, everybodys] = await Promise.all([manager.me(), manager.intercepts()]);
  const own = everybodys.filter(({ owner }) => owner === me.user);
  // All are found before the first is ended: a mistyped name changes nothing.
  const found = options.all === true ? own : names.flatMap((name) => find(name, own, everybodys));
  const ended = [...new Set(found)];
  for (const intercept of ended) {
    await remove(manager, intercept.id);
    io.say(`${intercept.workload.name} serves its own traffic again.`);
  }
  if (options.json === true) {
    io.printJson({ left: ended.map(({ id, workload }) => ({ id, name: workload.name })) });
  }
  if (ended.length === 0) io.say('You intercept nothing, so there was nothing to leave.');
};

const find = (
  name: string,
  own: readonly Intercept[],
  everybodys: readonly Intercept[],
): readonly Intercept[] => {
  const mine = own.filter((intercept) => isCalled(intercept, name));
  if (mine.length > 0) return mine;
  // By id only: whether somebody else's may be ended is the manager's decision.
  const theirs = everybodys.filter(({ id }) => id === name);
  if (theirs.length > 0) return theirs;
  throw unknown(name, own, everybodys);
};

const unknown = (
  name: string,
  own: readonly Intercept[],
  everybodys: readonly Intercept[],
): UserError => {
  const message = `You have no intercept called "${name}". Nothing was changed.`;
  const other = everybodys.find((intercept) => isCalled(intercept, name));
  if (other !== undefined) {
    return new UserError(message, {
      kind: 'not_found',
      hint: `${other.owner} has one   byway leave ${other.id}`,
    });
  }
  const [near] = closest(
    name,
    own.map(({ workload }) => workload.name),
  );
  return new UserError(message, {
    kind: 'not_found',
    hint:
      near === undefined ? 'See yours   byway list' : `Did you mean ${near}?   byway leave ${near}`,
  });
};

// Someone else, or the clock, may have been faster: then it is as wanted.
const remove = async (manager: Pick<ManagerClient, 'remove'>, id: string): Promise<void> => {
  try {
    await manager.remove(id);
  } catch (error) {
    if (!(error instanceof UserError && error.kind === 'not_found')) throw error;
  }
};
