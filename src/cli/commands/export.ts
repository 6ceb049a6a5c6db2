import { Command, Option } from 'commander';
import { UserError } from '../../base/errors.ts';
import type { Context } from '../context.ts';
import type { ExportFormat } from '../export/export-requests.ts';
import { requestName } from '../requests/request-id.ts';
import { type CommonOptions, withExamples, withoutManager } from './options.ts';

export type ExportOptions = Omit<CommonOptions, 'manager' | 'ca'> & {
  readonly as: ExportFormat;
  readonly url?: string;
  readonly reveal?: readonly string[];
};

const requestsMax = 200;

export const exportCommand = (context: Context): Command =>
  withExamples(
    withoutManager(
      new Command('export')
        .argument('<requests...>', 'as `byway inspect` shows them: rq_7, or pricing/rq_7')
        .addOption(
          new Option('--as <format>', 'what to write')
            .choices(['curl', 'har', 'fetch', 'vitest', 'k6'])
            .makeOptionMandatory(),
        )
        .option('--url <base>', 'where they go instead of your local port; not in har')
        .option(
          '--reveal <what>',
          'write what is hidden: header:NAME, cookie:NAME, query:NAME, json:PATH, key or all',
          (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
        )
        .action((names: readonly string[], options: ExportOptions) =>
          exportCommandAction(context, names, options),
        ),
    ),
    'byway export rq_7 --as curl',
    'byway export rq_7 rq_8 --as vitest > pricing.test.js',
    'byway export rq_7 --as har --reveal header:authorization > rq_7.har',
  );

const exportCommandAction = async (
  context: Context,
  names: readonly string[],
  options: ExportOptions,
): Promise<void> => {
  if (names.length > requestsMax) {
    throw new UserError(`At most ${requestsMax} requests at once.`, { kind: 'usage' });
  }
  const [{ findRequest }, { exportRequests }] = await Promise.all([
    import('../requests/sources.ts'),
    import('../export/export-requests.ts'),
  ]);
  const { io } = context;
  const views = [];
  for (const name of names.map(requestName)) {
    views.push((await findRequest(context, name, options.reveal)).view);
  }
  const text = exportRequests(views, options.as, options.url);
  if (options.reveal !== undefined) {
    io.warn(`${io.paint().warning('▲')} It holds secrets that you asked for.`);
  }
  if (options.json === true) io.printJson({ as: options.as, text });
  else io.print(text.trimEnd());
};
