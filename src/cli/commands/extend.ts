import { Command } from 'commander';
import type { Intercept } from '../../protocol/intercepts.ts';
import { leaseSecondsMax } from '../../protocol/limits.ts';
import { parseDuration } from '../arguments/duration.ts';
import type { Context } from '../context.ts';
import { moment } from '../wording/figures.ts';
import { assertNamed, findIntercepts } from './find-intercepts.ts';
import { type CommonOptions, withCommonOptions, withExamples } from './options.ts';

export type ExtendOptions = CommonOptions & { readonly all?: boolean; readonly for: string };

export const extendCommand = (context: Context): Command => {
  const command = new Command('extend')
    .argument('[names...]', 'names, kind/names or ids, as `byway list` shows them')
    .option('--for <time>', 'how long from now: 90s, 45m, 8h; at most 1d', '45m')
    .option('--all', 'all of yours')
    .action((names: readonly string[], options: ExtendOptions) => extend(context, names, options));
  return withExamples(
    withCommonOptions(command),
    'byway extend pricing',
    'byway extend pricing --for 2h',
  );
};

/** Never brings an end nearer; what has none, or a later one, stays as it is, and is said. */
export const extend = async (
  context: Context,
  names: readonly string[],
  options: ExtendOptions,
): Promise<void> => {
  const wanted = { command: 'extend', names, all: options.all === true };
  assertNamed(wanted);
  const forSeconds = parseDuration(options.for, leaseSecondsMax);
  const { io } = context;
  const manager = await context.manager(options.manager);
  const found = await findIntercepts(manager, wanted);
  const changed: Intercept[] = [];
  for (const before of found) {
    const after = await manager.change(before.id, { forSeconds });
    io.say(extendedInWords(before, after));
    changed.push(after);
  }
  if (options.json === true) io.printJson({ intercepts: changed });
  if (found.length === 0) io.say('You intercept nothing, so there was nothing to extend.');
};

const extendedInWords = (before: Intercept, after: Intercept): string => {
  const { name } = after.workload;
  if (after.expiresAt === null) {
    return `${name} has no end that could be put off: it goes on until   byway leave ${name}`;
  }
  const until = moment(new Date(after.expiresAt), new Date());
  return after.expiresAt === before.expiresAt
    ? `${name} goes on until ${until} already. Nothing was changed.`
    : `${name} goes on until ${until}.`;
};
