import { Command } from 'commander';
import type { Intercept } from '../../protocol/intercepts.ts';
import type { Context } from '../context.ts';
import { assertNamed, findIntercepts } from './find-intercepts.ts';
import { type CommonOptions, withCommonOptions, withExamples } from './options.ts';

export type PauseOptions = CommonOptions & { readonly all?: boolean };

export const pauseCommand = (context: Context): Command =>
  withExamples(pausing(context, 'pause'), 'byway pause pricing', 'byway pause --all');

export const resumeCommand = (context: Context): Command =>
  withExamples(pausing(context, 'resume'), 'byway resume pricing', 'byway resume --all');

type Verb = 'pause' | 'resume';

const pausing = (context: Context, verb: Verb): Command =>
  withCommonOptions(
    new Command(verb)
      .argument('[names...]', 'names, kind/names or ids, as `byway list` shows them')
      .option('--all', 'all of yours')
      .action((names: readonly string[], options: PauseOptions) =>
        setPaused(context, verb, names, options),
      ),
  );

/** Pauses or resumes; what is so already stays as it is, and is said. */
export const setPaused = async (
  context: Context,
  verb: Verb,
  names: readonly string[],
  options: PauseOptions,
): Promise<void> => {
  const wanted = { command: verb, names, all: options.all === true };
  assertNamed(wanted);
  const { io } = context;
  const manager = await context.manager(options.manager);
  const found = await findIntercepts(manager, wanted);
  const changed: Intercept[] = [];
  for (const before of found) {
    const after = await manager.change(before.id, { paused: verb === 'pause' });
    const already = (before.paused !== undefined) === (after.paused !== undefined);
    io.say(verb === 'pause' ? pausedInWords(after, already) : resumedInWords(after, already));
    changed.push(after);
  }
  if (options.json === true) {
    io.printJson({ intercepts: changed });
  }
  if (found.length === 0) io.say(`You intercept nothing, so there was nothing to ${verb}.`);
};

const pausedInWords = ({ workload: { name } }: Intercept, already: boolean): string =>
  `${name} ${already ? 'was paused already' : 'is paused'}: the pod answers everything.   byway resume ${name}`;

const resumedInWords = ({ workload: { name }, state }: Intercept, already: boolean): string => {
  if (state === 'disconnected') {
    return `${name} is not paused, but its session is not connected: the pod answers.   byway status ${name}`;
  }
  return already
    ? `${name} was not paused: requests that match come to you.`
    : `${name} is resumed: requests that match come to you again.`;
};
