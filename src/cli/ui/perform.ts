import { messageOf, UserError } from '../../base/errors.ts';
import type { ExchangeView } from '../recorder/view.ts';
import { duration } from '../wording/figures.ts';
import type { LiveSource, Requests } from './live-source.ts';
import type { Change } from './model/change.ts';
import type { Line, Model, Page, Tone } from './model/model.ts';
import type { RequestAction, ViewAction } from './model/press.ts';
import { clipboardSequence } from './terminal/clipboard.ts';
import { exchangeLines } from './words/exchange-lines.ts';
import { helpLines } from './words/help-lines.ts';
import { missLines } from './words/miss-words.ts';

/** What an action may use of the view. */
export type Stage = {
  readonly model: () => Model;
  readonly change: (change: Change) => void;
  /** Gives the terminal to somebody else until the promise is over. */
  readonly lend: <T>(use: () => Promise<T>) => Promise<T>;
  readonly send: (sequence: string) => void;
};

type Wanted = RequestAction | ViewAction;

/** Milliseconds that a message stays. */
const noticeMs = 8_000;

/** Does what a key asked for; what fails is said in the view. */
export const perform = (action: Wanted, source: LiveSource, stage: Stage): void => {
  begin(action, source, stage).catch((error: unknown) => {
    const hint = error instanceof UserError && error.hint !== undefined ? `   ${error.hint}` : '';
    say(stage, `✗ ${messageOf(error)}${hint}`, 'bad');
  });
};

const begin = async (action: Wanted, source: LiveSource, stage: Stage): Promise<void> => {
  switch (action.type) {
    case 'quit':
    case 'interrupt':
    case 'back':
      return source[action.type]();
    case 'leave':
      return await source.leave();
    case 'pause':
    case 'resume':
      say(stage, action.type === 'pause' ? 'Pausing …' : 'Resuming …');
      await source.pause(action.type === 'pause');
      return stage.change({ type: 'notice', notice: null });
    case 'help':
      return show(stage, 'help', 'Keys', helpLines(stage.model().serves));
    case 'misses':
      return show(stage, 'misses', 'Requests that came close', missLines(stage.model().misses));
    default:
      if (source.requests !== undefined) await withRequest(action, source.requests, stage);
  }
};

const withRequest = async (
  { type, id }: RequestAction,
  requests: Requests,
  stage: Stage,
): Promise<void> => {
  if (type === 'open') return await open(id, requests, stage);
  if (type === 'diff') return await diff(id, requests, stage);
  const exchange = await existing(id, requests);
  if (type === 'copy') {
    const text = requests.curl(exchange);
    stage.send(clipboardSequence(text));
    return say(stage, `Copied ${id} as curl, if your terminal allows it. Or: byway export ${id}`);
  }
  const edited = type === 'edit' ? await stage.lend(() => requests.edit(exchange)) : undefined;
  if (type === 'edit' && edited === undefined) return say(stage, 'Nothing was changed or sent.');
  say(stage, `Sending ${id} again …`);
  const sent = await requests.source.replay(id, { against: 'local', unsafe: false, edited });
  const took = sent.ms === null ? '' : ` in ${duration(sent.ms)}`;
  return say(stage, `${id} again: ${sent.status ?? sent.state}${took}, as ${sent.id}.`);
};

const open = async (id: string, requests: Requests, stage: Stage): Promise<void> => {
  const { page } = stage.model();
  // One that goes on is shown anew while it is open, and keeps what is scrolled.
  if (page?.kind !== 'detail' || page.id !== id) put(stage, 'detail', id, id, undefined);
  const exchange = await existing(id, requests);
  stage.change({ type: 'lines', of: 'detail', id, lines: exchangeLines(exchange) });
};

const diff = async (id: string, requests: Requests, stage: Stage): Promise<void> => {
  put(stage, 'diff', id, `${id}: your answer against the cluster's`, undefined);
  try {
    stage.change({ type: 'lines', of: 'diff', id, lines: await requests.diff(id) });
  } catch (error) {
    const hint = error instanceof UserError ? error.hint : undefined;
    const lines: readonly Line[] = [
      { text: messageOf(error), tone: 'bad' },
      ...(hint === undefined ? [] : [{ text: hint, tone: 'plain' } as const]),
      { text: `In a shell   byway diff ${id} --help`, tone: 'faint' },
    ];
    stage.change({ type: 'lines', of: 'diff', id, lines });
  }
};

const existing = async (id: string, { source }: Requests): Promise<ExchangeView> => {
  const exchange = await source.get(id);
  if (exchange !== undefined) return exchange;
  throw new UserError(`${id} is no longer kept.`, { kind: 'not_found' });
};

const show = (stage: Stage, kind: Page['kind'], title: string, lines: readonly Line[]): void =>
  put(stage, kind, null, title, lines);

const put = (
  stage: Stage,
  kind: Page['kind'],
  id: string | null,
  title: string,
  lines: readonly Line[] | undefined,
): void => stage.change({ type: 'page', page: { kind, id, title, lines, scroll: 0 } });

const say = (stage: Stage, text: string, tone: Tone = 'plain'): void =>
  stage.change({ type: 'notice', notice: { text, tone, until: Date.now() + noticeMs } });
