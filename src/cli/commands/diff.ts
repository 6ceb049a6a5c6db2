import { Command } from 'commander';
import { exitCodes } from '../../base/exit-codes.ts';
import type { Context } from '../context.ts';
import { requestName } from '../requests/request-id.ts';
import { type CommonOptions, withExamples, withoutManager } from './options.ts';

export type DiffOptions = Omit<CommonOptions, 'manager' | 'ca'> & {
  readonly unsafe?: boolean;
  readonly recorded?: boolean;
  readonly ignore?: readonly string[];
};

export const diffCommand = (context: Context, exit: (code: number) => void): Command =>
  withExamples(
    withoutManager(
      new Command('diff')
        .argument('<request>', 'as `byway inspect` shows it: rq_7, or pricing/rq_7')
        .option('--recorded', 'take the answer that was recorded for yours')
        .option(
          '--ignore <what>',
          'header:NAME or json:PATH that may differ; dates and traces may anyway',
          (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
        )
        .option('--unsafe', 'send methods other than GET, HEAD and OPTIONS, too')
        .action(async (name: string, options: DiffOptions) =>
          exit(await diff(context, name, options)),
        ),
    ),
    'byway diff rq_7',
    "byway diff rq_7 --ignore 'json:$.updatedAt' --ignore header:x-region",
  );

/** Returns 0 when the answers are the same, and 8 when they are not. */
export const diff = async (
  context: Context,
  name: string,
  options: DiffOptions,
): Promise<number> => {
  const [{ findRequest }, { compareRequest }, { comparisonText }, { exchangeLine }] =
    await Promise.all([
      import('../requests/sources.ts'),
      import('../diff/compare-request.ts'),
      import('../diff/comparison-text.ts'),
      import('../requests/list-text.ts'),
    ]);
  const { io } = context;
  const { source, view } = await findRequest(context, requestName(name));
  const { unsafe = false, recorded = false, ignore = [] } = options;
  const { local, cluster, comparison } = await io.progress.during(
    'Waiting for both answers',
    compareRequest(source.exchanges, view, { unsafe, recorded, ignore }),
  );
  if (options.json === true) io.printJson({ ...comparison, local: local.id, cluster: cluster.id });
  else {
    for (const side of [cluster, local]) io.say(exchangeLine(side, io.columns()));
    io.print(comparisonText(comparison, io.paintData()));
  }
  return comparison.same ? exitCodes.ok : exitCodes.assertion;
};
