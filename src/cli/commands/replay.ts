import { Command, Option } from 'commander';
import { messageOf, UserError } from '../../base/errors.ts';
import type { Context } from '../context.ts';
import type { EditedRequest, ReplayOptions } from '../recorder/source.ts';
import type { ExchangeView } from '../recorder/view.ts';
import { requestName } from '../requests/request-id.ts';
import type { FoundRequest } from '../requests/sources.ts';
import { type CommonOptions, withExamples, withoutManager } from './options.ts';

export type ReplayCommandOptions = Omit<CommonOptions, 'manager' | 'ca'> & {
  readonly against: 'local' | 'cluster';
  readonly edit?: boolean;
  readonly repeat: string;
  readonly unsafe?: boolean;
};

const repeatMax = 100;

export const replayCommand = (context: Context): Command =>
  withExamples(
    withoutManager(
      new Command('replay')
        .argument('<request>', 'as `byway inspect` shows it: rq_7, or pricing/rq_7')
        .addOption(
          new Option('--against <where>', 'your local port, or the pod')
            .choices(['local', 'cluster'])
            .default('local'),
        )
        .option('-e, --edit', 'change it in $VISUAL or $EDITOR first')
        .option('--repeat <n>', `so many times, one after the other; at most ${repeatMax}`, '1')
        .option('--unsafe', 'send methods other than GET, HEAD and OPTIONS to the pod, too')
        .action((name: string, options: ReplayCommandOptions) => replay(context, name, options)),
    ),
    'byway replay rq_7',
    'byway replay rq_7 --edit',
    'byway replay rq_7 --against cluster',
    'byway replay rq_7 --repeat 20',
  );

export const replay = async (
  context: Context,
  name: string,
  options: ReplayCommandOptions,
): Promise<void> => {
  const { io } = context;
  const times = timesOf(options.repeat);
  const { findRequest } = await import('../requests/sources.ts');
  const found = await findRequest(context, requestName(name));
  const edited = options.edit === true ? await edit(context, found.view) : undefined;
  if (options.edit === true && edited === undefined) {
    io.say('Nothing was changed, so nothing was sent.');
    return;
  }
  const { against, unsafe = false } = options;
  const sending = send(found, { against, unsafe, edited }, times, (view) => {
    if (options.json === true) io.printJson(view);
  });
  const views = await io.progress.during('Waiting for the answer', sending);
  if (options.json !== true) await print(context, views);
};

const timesOf = (text: string): number => {
  if (/^[1-9]\d{0,2}$/.test(text) && Number(text) <= repeatMax) return Number(text);
  throw new UserError(`--repeat takes a number from 1 to ${repeatMax}.`, { kind: 'usage' });
};

const send = async (
  { source, view }: FoundRequest,
  options: ReplayOptions,
  times: number,
  sent: (view: ExchangeView) => void,
): Promise<readonly ExchangeView[]> => {
  const views: ExchangeView[] = [];
  for (let time = 0; time < times; time++) {
    try {
      const answered = await source.exchanges.replay(view.id, options);
      views.push(answered);
      sent(answered);
    } catch (error) {
      if (!(error instanceof UserError) || views.length === 0) throw error;
      const { kind, hint } = error;
      const message = `${messageOf(error)} It was sent ${views.length} times before.`;
      throw new UserError(message, { kind, hint, cause: error });
    }
  }
  return views;
};

const edit = async (context: Context, view: ExchangeView): Promise<EditedRequest | undefined> => {
  if (!context.io.interactive()) {
    throw new UserError('--edit needs a terminal. Nothing was sent.', { kind: 'usage' });
  }
  const { editRequest } = await import('../replay/edit.ts');
  return await editRequest(context.environment, view);
};

const print = async ({ io }: Context, views: readonly ExchangeView[]): Promise<void> => {
  const [{ exchangeLine }, { messageText, timingText }] = await Promise.all([
    import('../requests/list-text.ts'),
    import('../requests/message-text.ts'),
  ]);
  for (const view of views) io.say(exchangeLine(view, io.columns()));
  const [view] = views;
  if (view === undefined) return;
  if (views.length === 1) {
    io.print(messageText('answer', view.response));
    io.say(timingText(view));
    return;
  }
  io.print(summary(views));
};

const summary = (views: readonly ExchangeView[]): string => {
  const statuses = new Map<string, number>();
  for (const { status } of views) {
    const text = String(status ?? 'none');
    statuses.set(text, (statuses.get(text) ?? 0) + 1);
  }
  const times = views.flatMap(({ ms }) => ms ?? []).sort((a, b) => a - b);
  const at = (part: number): string =>
    `${(times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0).toFixed(1)} ms`;
  const counted = [...statuses].map(([status, count]) => `${status} × ${count}`).join(', ');
  return `${views.length} times   ${counted}   first byte: fastest ${at(0)}, middle ${at(0.5)}, slowest ${at(1)}`;
};
