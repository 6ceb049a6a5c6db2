import type { Key } from '../terminal/keys.ts';
import { layoutOf } from './layout.ts';
import type { Model } from './model.ts';
import { scrollMax } from './page-lines.ts';
import { follow, move, selectedRow } from './selection.ts';

/** What a key asks for about one request. */
export type RequestAction = {
  readonly type: 'open' | 'replay' | 'edit' | 'diff' | 'copy';
  readonly id: string;
};

/** What a key asks of the terminal. */
export type TerminalAction = { readonly type: 'suspend' } | { readonly type: 'redraw' };

/** What else a key asks for. */
export type ViewAction = {
  readonly type: 'misses' | 'help' | 'pause' | 'resume' | 'leave' | 'quit' | 'back' | 'interrupt';
};

/** What a key asks for besides a change of the model. */
export type Action = RequestAction | TerminalAction | ViewAction;

export type Pressed = { readonly model: Model; readonly action?: Action };

/** Characters of a filter; what is pasted beyond is left out. */
export const filterLengthMax = 200;

/** The model after a key, and what it asks for. Ctrl-C, Ctrl-Z and Ctrl-L mean the same everywhere. */
export const press = (model: Model, key: Key): Pressed => {
  if (key.name === 'interrupt' || key.name === 'suspend' || key.name === 'redraw') {
    return { model, action: { type: key.name } };
  }
  if (model.leaving) return answerLeaving(model, key);
  if (model.typing !== null) return type(model, model.typing, key);
  const quiet = { ...model, notice: null };
  return onRequest(quiet, key) ?? (model.page === null ? inList(quiet, key) : inPage(quiet, key));
};

const answerLeaving = (model: Model, key: Key): Pressed => {
  const answered = { ...model, leaving: false };
  const yes = key.text === 'y' || key.text === 'x' || key.name === 'enter';
  return yes ? { model: answered, action: { type: 'leave' } } : { model: answered };
};

const type = (model: Model, typing: string, key: Key): Pressed => {
  const typed = (text: string): Pressed => ({ model: follow({ ...model, typing: text }) });
  if (key.name === 'enter') return { model: { ...model, filter: typing.trim(), typing: null } };
  if (key.name === 'escape') return { model: follow({ ...model, filter: '', typing: null }) };
  if (key.name === 'clear') return typed('');
  if (key.name === 'backspace') return typed([...typing].slice(0, -1).join(''));
  if (key.name === 'character' && typing.length < filterLengthMax) return typed(typing + key.text);
  return { model };
};

const perRequest = { r: 'replay', e: 'edit', d: 'diff', c: 'copy' } as const;
const always = { p: 'pause', n: 'misses', '?': 'help' } as const;

const isIn = <T extends object>(table: T, text: string): text is Extract<keyof T, string> =>
  Object.hasOwn(table, text);

/** The keys that mean the same in the list and on a page. */
const onRequest = (model: Model, { text }: Key): Pressed | undefined => {
  if (isIn(perRequest, text)) {
    const id = model.page?.id ?? selectedRow(model)?.id;
    if (id === undefined) return say(model, 'There is no request yet.');
    return { model, action: { type: perRequest[text], id } };
  }
  if (text === 'x') return { model: { ...model, leaving: true } };
  if (!isIn(always, text)) return undefined;
  const wanted = always[text];
  if (wanted === 'pause') {
    return { model, action: { type: model.head.state === 'paused' ? 'resume' : 'pause' } };
  }
  // The key that opened a page closes it as well.
  if (model.page?.kind === wanted) return { model: { ...model, page: null } };
  return { model, action: { type: wanted } };
};

const say = (model: Model, text: string): Pressed => ({
  model: { ...model, notice: { text, tone: 'plain', until: null } },
});

const inList = (model: Model, key: Key): Pressed => {
  const { height } = layoutOf(model);
  const by = stepOf(key, height);
  if (by !== undefined) {
    return { model: by === Number.NEGATIVE_INFINITY ? follow(model) : move(model, by, height) };
  }
  if (key.text === '/') return { model: { ...model, typing: model.filter } };
  if (key.text === 'q') return { model, action: { type: 'quit' } };
  if (key.name === 'enter' || key.name === 'right') {
    const id = selectedRow(model)?.id;
    return id === undefined ? { model } : { model, action: { type: 'open', id } };
  }
  if (key.name !== 'escape') return { model };
  if (model.filter !== '') return { model: follow({ ...model, filter: '' }) };
  if (model.selected !== null) return { model: follow(model) };
  return model.hasChoice ? { model, action: { type: 'back' } } : { model };
};

const closing: readonly Key['name'][] = ['escape', 'left', 'enter', 'backspace'];

const inPage = (model: Model, key: Key): Pressed => {
  const { page } = model;
  if (page === null) return { model };
  if (key.text === 'q' || closing.includes(key.name)) return { model: { ...model, page: null } };
  const { height, pageWidth } = layoutOf(model);
  const by = stepOf(key, height);
  if (by === undefined) return { model };
  const last = scrollMax(page, pageWidth, height);
  const scroll = Math.max(0, Math.min(last, Math.min(page.scroll, last) + by));
  return { model: { ...model, page: { ...page, scroll } } };
};

/** Lines to go down, negative for up; undefined for keys that don't move. */
const stepOf = ({ name, text }: Key, height: number): number | undefined => {
  if (name === 'down' || text === 'j') return 1;
  if (name === 'up' || text === 'k') return -1;
  if (name === 'page_down' || text === ' ') return height - 1;
  if (name === 'page_up') return 1 - height;
  if (name === 'home' || text === 'g') return Number.NEGATIVE_INFINITY;
  if (name === 'end' || text === 'G') return Number.POSITIVE_INFINITY;
  return undefined;
};
