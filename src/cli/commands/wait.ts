import { Command } from 'commander';
import type { Context } from '../context.ts';
import { duration } from '../wording/figures.ts';
import { type CommonOptions, withExamples, withoutManager } from './options.ts';

export type WaitOptions = CommonOptions & { readonly for: string; readonly within: string };

export const waitCommand = (context: Context): Command => {
  const command = new Command('wait')
    .argument('[name]', 'its name or id; may be left out when there is only one')
    .option('--for <what>', 'ready, or requests=N', 'ready')
    .option('--within <time>', 'at most so long', '60s')
    .action((name: string | undefined, options: WaitOptions) => wait(context, name, options));
  return withExamples(
    withoutManager(command),
    'byway wait checkout',
    'byway wait checkout --for requests=10 --within 2m',
  );
};

/** Throws a `UserError` of kind `not_ready` when the time is over. */
export const wait = async (
  context: Context,
  name: string | undefined,
  options: WaitOptions,
): Promise<void> => {
  const { io, environment } = context;
  const [{ annotated }, { readAwaited, waitFor }, { withinMsOf }] = await Promise.all([
    import('../pipeline/annotations.ts'),
    import('../assertion/wait-for.ts'),
    import('../assertion/read-assertion.ts'),
  ]);
  const awaited = readAwaited(options.for);
  const withinMs = withinMsOf(options.within);
  const startedAt = performance.now();
  const found = await annotated(context, 'byway wait', () =>
    io.progress.during(`Waiting for ${options.for}`, waitFor(environment, name, awaited, withinMs)),
  );
  const ms = Math.round(performance.now() - startedAt);
  if (options.json === true) io.printJson({ intercept: found, waitedFor: options.for, ms });
  io.say(
    awaited.type === 'ready'
      ? `${found} is ready, after ${duration(ms)}.`
      : `${found} has had ${awaited.count} requests, after ${duration(ms)}.`,
  );
};
