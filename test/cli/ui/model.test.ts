import { expect, test } from 'vitest';
import { change } from '../../../src/cli/ui/model/change.ts';
import { readFilter } from '../../../src/cli/ui/model/filter.ts';
import { layoutOf } from '../../../src/cli/ui/model/layout.ts';
import { type Line, type Model, rowsMax } from '../../../src/cli/ui/model/model.ts';
import { filterLengthMax, type Pressed, press } from '../../../src/cli/ui/model/press.ts';
import { selectedRow, windowOf } from '../../../src/cli/ui/model/selection.ts';
import { readKeys } from '../../../src/cli/ui/terminal/keys.ts';
import { model, row, rows } from './rows.ts';

const add = (before: Model, from: number, to: number): Model =>
  change(before, { type: 'rows', rows: rows(from, to) });

const typed = (before: Model, text: string): Pressed => {
  let pressed: Pressed = { model: before };
  for (const key of readKeys(text).keys) pressed = press(pressed.model, key);
  return pressed;
};

const idsOf = (shown: Model, height = 16): readonly string[] =>
  windowOf(shown, height).rows.map(({ id }) => id);

test('the newest stand first, and one that changed keeps its place', () => {
  const some = add(model(), 1, 5);
  expect(idsOf(some)).toEqual(['rq_5', 'rq_4', 'rq_3', 'rq_2', 'rq_1']);
  const changed = change(some, { type: 'rows', rows: [row(3, { status: 500 })] });
  expect(idsOf(changed)).toEqual(idsOf(some));
  expect(changed.rows[2]?.status).toBe(500);
});

test('those that come out of order are sorted by when they came', () => {
  const some = change(model(), { type: 'rows', rows: [row(2), row(3), row(1)] });
  expect(idsOf(some)).toEqual(['rq_3', 'rq_2', 'rq_1']);
});

test('rows are bounded, and an old one that ends late does not come back', () => {
  const full = add(model(), 1, rowsMax + 10);
  expect(full.rows).toHaveLength(rowsMax);
  const late = change(full, { type: 'rows', rows: [row(1)] });
  expect(late.rows).toEqual(full.rows);
});

test('it follows the newest until one is selected, which then keeps its line', () => {
  const some = add(model(), 1, 50);
  expect(selectedRow(add(some, 51, 60))?.id).toBe('rq_60');
  const chosen = typed(some, 'jjj').model;
  expect(selectedRow(chosen)?.id).toBe('rq_47');
  const before = idsOf(chosen);
  const later = add(chosen, 51, 90);
  expect(idsOf(later)).toEqual(before);
  expect(windowOf(later, 16)).toMatchObject({ above: 40, selected: { id: 'rq_47' } });
});

test('moving beyond the newest follows again, g too, and G goes to the oldest', () => {
  const some = add(model(), 1, 50);
  expect(typed(some, 'jk').model.selected).toBe('rq_50');
  expect(typed(some, 'jkk').model.selected).toBeNull();
  const oldest = typed(some, 'G').model;
  expect(oldest.selected).toBe('rq_1');
  expect(idsOf(oldest).at(-1)).toBe('rq_1');
  expect(typed(oldest, 'j').model.selected).toBe('rq_1');
  expect(typed(oldest, 'g').model.selected).toBeNull();
});

test('a screen further, and back', () => {
  const some = add(model(), 1, 100);
  const { height } = layoutOf(some);
  const down = typed(some, '\u001b[6~').model;
  expect(down.selected).toBe(`rq_${100 - (height - 1)}`);
  expect(typed(down, '\u001b[5~').model.selected).toBe('rq_100');
});

test('arrows scroll only when the selection reaches the edge', () => {
  const some = add(model(), 1, 100);
  let moved = some;
  for (let step = 0; step < 20; step++) moved = typed(moved, '\u001b[B').model;
  expect(moved.selected).toBe('rq_80');
  expect(idsOf(moved, layoutOf(moved).height).at(-1)).toBe('rq_80');
});

test('a selected request that is no longer kept leaves the selection at the oldest', () => {
  const chosen = typed(add(model(), 1, 5), 'G').model;
  const later = add(chosen, 6, rowsMax + 20);
  expect(selectedRow(later)?.id).toBe('rq_21');
});

test.each([
  ['GET', true],
  ['POST', false],
  ['2xx', true],
  ['2', true],
  ['5xx', false],
  ['200', true],
  ['you', true],
  ['pod', false],
  ['/PRICE', true],
  ['get', true],
  ['!GET', false],
  ['!5xx /price', true],
  ['GET 404', false],
  ['   ', true],
  ['!', true],
])('filter %j: %s', (filter, shown) => {
  expect(readFilter(filter)(row(7))).toBe(shown);
});

test('a filter shows what it finds while it is typed, Enter keeps it, Escape clears it', () => {
  const some = add(model(), 1, 30);
  const typing = typed(some, '/price/2').model;
  expect(typing.typing).toBe('price/2');
  expect(idsOf(typing)).toHaveLength(11);
  const kept = typed(typing, '\r').model;
  expect(kept).toMatchObject({ filter: 'price/2', typing: null });
  expect(press(kept, { name: 'escape', text: '' }).model.filter).toBe('');
  expect(press(typing, { name: 'escape', text: '' }).model).toMatchObject({
    filter: '',
    typing: null,
  });
  expect(typed(typing, '\u007f\u007f').model.typing).toBe('price');
  expect(typed(typing, '\u0015').model.typing).toBe('');
  // Keys that mean something elsewhere are text here.
  expect(typed(some, '/qx').model).toMatchObject({ typing: 'qx', leaving: false });
});

test('a filter is bounded', () => {
  expect(typed(model(), `/${'a'.repeat(500)}`).model.typing).toHaveLength(filterLengthMax);
});

test.each([
  ['r', 'replay'],
  ['e', 'edit'],
  ['d', 'diff'],
  ['c', 'copy'],
  ['\r', 'open'],
])('%j acts on the selected request', (key, type) => {
  const chosen = typed(add(model(), 1, 5), 'j').model;
  expect(typed(chosen, key).action).toEqual({ type, id: 'rq_4' });
  const none = typed(model(), key);
  expect(none.action).toBeUndefined();
});

test('x asks once', () => {
  const asked = typed(model(), 'x');
  expect(asked.action).toBeUndefined();
  expect(asked.model.leaving).toBe(true);
  expect(typed(asked.model, 'y').action).toEqual({ type: 'leave' });
  const no = typed(asked.model, 'n');
  expect(no.action).toBeUndefined();
  expect(no.model.leaving).toBe(false);
});

test('p pauses, and resumes what is paused', () => {
  expect(typed(model(), 'p').action).toEqual({ type: 'pause' });
  const { head } = model();
  expect(typed(model({ head: { ...head, state: 'paused' } }), 'p').action).toEqual({
    type: 'resume',
  });
});

test('Ctrl-C ends whatever is open', () => {
  for (const open of [model(), model({ typing: 'a' }), model({ leaving: true })]) {
    expect(typed(open, '\u0003').action).toEqual({ type: 'interrupt' });
  }
});

const lines: readonly Line[] = Array.from({ length: 40 }, (_, index) => ({
  text: `line ${index}`,
  tone: 'plain',
}));

const onPage = model({ page: { kind: 'detail', id: 'rq_2', title: 'rq_2', lines, scroll: 0 } });

test('a page scrolls within its bounds', () => {
  const { height } = layoutOf(onPage);
  expect(typed(onPage, 'k').model.page?.scroll).toBe(0);
  expect(typed(onPage, 'jj').model.page?.scroll).toBe(2);
  expect(typed(onPage, 'G').model.page?.scroll).toBe(40 - height);
  expect(typed(onPage, 'Gjjg').model.page?.scroll).toBe(0);
});

test('q and Escape close a page, and only then q quits', () => {
  const closed = typed(onPage, 'q');
  expect(closed).toEqual({ model: { ...onPage, page: null } });
  expect(press(onPage, { name: 'escape', text: '' }).model.page).toBeNull();
  expect(typed(closed.model, 'q').action).toEqual({ type: 'quit' });
});

test('keys on a page are about its request', () => {
  const some = add(onPage, 1, 5);
  expect(typed(some, 'r').action).toEqual({ type: 'replay', id: 'rq_2' });
});

test('lines for a page that was closed meanwhile are dropped', () => {
  const fresh: readonly Line[] = [{ text: 'new', tone: 'plain' }];
  const taken = change(onPage, { type: 'lines', of: 'detail', id: 'rq_2', lines: fresh });
  expect(taken.page?.lines).toBe(fresh);
  for (const [of, id] of [
    ['diff', 'rq_2'],
    ['detail', 'rq_3'],
  ] as const) {
    expect(change(onPage, { type: 'lines', of, id, lines: fresh })).toEqual(onPage);
  }
});

test('a notice goes when its time is over, or with the next key', () => {
  const notice = { text: 'Copied', tone: 'plain', until: 1_000 } as const;
  const said = change(model(), { type: 'notice', notice });
  expect(change(said, { type: 'time', now: 999 }).notice).toEqual(notice);
  expect(change(said, { type: 'time', now: 1_000 }).notice).toBeNull();
  expect(typed(said, 'j').model.notice).toBeNull();
});

test('Escape goes back to a choice when nothing else is open', () => {
  const escapeKey = { name: 'escape', text: '' } as const;
  expect(press(model(), escapeKey).action).toBeUndefined();
  expect(press(model({ hasChoice: true }), escapeKey).action).toEqual({ type: 'back' });
});
