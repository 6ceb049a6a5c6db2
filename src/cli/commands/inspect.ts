import { Command } from 'commander';
import { UserError } from '../../base/errors.ts';
import { exitCodes } from '../../base/exit-codes.ts';
import type { Context } from '../context.ts';
import { parseRequestName, type RequestName } from '../requests/request-id.ts';
import { type CommonOptions, withExamples, withoutManager } from './options.ts';

export type InspectOptions = Omit<CommonOptions, 'manager' | 'ca'> & {
  readonly reveal?: readonly string[];
  readonly follow?: boolean;
  readonly plain?: boolean;
  readonly last: string;
};

export const inspectCommand = (context: Context, exit: (code: number) => void): Command =>
  withExamples(
    withoutManager(
      new Command('inspect')
        .argument('[what]', "a session's intercept, or a request: rq_7, or pricing/rq_7")
        .option('-f, --follow', 'go on with what comes')
        .option('-n, --last <count>', 'so many of the latest', '50')
        .option(
          '--reveal <what>',
          'show what is hidden: header:NAME, cookie:NAME, query:NAME, json:PATH, key or all',
          (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
        )
        .option('--plain', 'lines, also in a terminal')
        .action(async (what: string | undefined, options: InspectOptions) =>
          exit(await inspect(context, what, options)),
        ),
    ),
    'byway inspect',
    'byway inspect pricing --follow',
    'byway inspect rq_7',
    'byway inspect rq_7 --reveal header:authorization',
  );

/** Returns 0, or that of the signal that ended `--follow` or the view. */
export const inspect = async (
  context: Context,
  what: string | undefined,
  options: InspectOptions,
): Promise<number> => {
  const request = what === undefined ? undefined : parseRequestName(what);
  if (request !== undefined) return await showOne(context, request, options);
  if (options.reveal !== undefined) {
    throw new UserError('--reveal is for one request.', {
      kind: 'usage',
      hint: 'byway inspect rq_7 --reveal header:authorization',
    });
  }
  const { drawsView } = await import('../ui/draws-view.ts');
  if (options.follow !== true && drawsView(context, options)) {
    const { inspectLive } = await import('../ui/inspect-live.ts');
    const code = await inspectLive(context, what);
    if (code !== undefined) return code;
  }
  return await showList(context, what, options);
};

const showOne = async (
  context: Context,
  name: RequestName,
  options: InspectOptions,
): Promise<number> => {
  const [{ findRequest }, { exchangeText }] = await Promise.all([
    import('../requests/sources.ts'),
    import('../requests/message-text.ts'),
  ]);
  const { io } = context;
  const { view } = await findRequest(context, name, options.reveal);
  if (options.json === true) io.printJson(view);
  else io.print(exchangeText(view, io.columns()));
  return exitCodes.ok;
};

const showList = async (
  context: Context,
  name: string | undefined,
  options: InspectOptions,
): Promise<number> => {
  const { io } = context;
  const last = lastOf(options.last);
  const [{ findSources, isNamed }, { exchangeLine }] = await Promise.all([
    import('../requests/sources.ts'),
    import('../requests/list-text.ts'),
  ]);
  const sources = await findSources(context, name);
  const lists = await Promise.all(sources.map(({ exchanges }) => exchanges.list()));
  const requests = lists
    .flat()
    .filter((one) => isNamed(name, { id: one.intercept, name: one.name }))
    .sort((a, b) => b.at.localeCompare(a.at))
    .slice(0, last);
  if (options.json === true && options.follow !== true) io.printJson({ requests });
  else if (options.json === true) for (const one of [...requests].reverse()) io.printJson(one);
  else for (const one of [...requests].reverse()) io.print(exchangeLine(one, io.columns()));
  if (requests.length === 0) io.say('No requests so far.');
  if (options.follow !== true) return exitCodes.ok;
  const { followRequests } = await import('../requests/follow.ts');
  return await followRequests(context, sources, name, options.json === true);
};

const lastOf = (text: string): number => {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new UserError(`--last takes a number from 1 to 9999, not "${text.slice(0, 20)}".`, {
    kind: 'usage',
  });
};
