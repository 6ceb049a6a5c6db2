import type { Model } from '../model/model.ts';
import { widthOf } from '../text/width.ts';

/** A key with what it does; `short` where there is little room, and of the lowest rank go first. */
type Hint = { readonly text: string; readonly short: string; readonly rank: number };

/** The keys that matter now, in at most that many columns. */
export const keysInWords = (model: Model, columns: number): string => {
  let hints = hintsOf(model);
  const isTooLong = (): boolean => widthOf(joined(hints)) > columns;
  if (isTooLong()) hints = hints.map((each) => ({ ...each, text: each.short }));
  while (isTooLong() && hints.length > 1) {
    const least = Math.min(...hints.map(({ rank }) => rank));
    const at = hints.findLastIndex(({ rank }) => rank === least);
    hints = hints.filter((_, index) => index !== at);
  }
  return joined(hints);
};

const joined = (hints: readonly Hint[]): string => ` ${hints.map(({ text }) => text).join('  ')}`;

const hint =
  (rank: number) =>
  (text: string, short = text): Hint => ({ text, short, rank });
const must = hint(3);
const should = hint(2);
const may = hint(1);

const hintsOf = (model: Model): readonly Hint[] => {
  if (model.leaving) return [must('y yes'), must('any other key no')];
  if (model.typing !== null) {
    return [must('⏎ keep'), must('Esc clear'), may('GET 5xx you pod /path !not')];
  }
  const pause = should(model.head.state === 'paused' ? 'p resume' : 'p pause');
  const requests = [should('r replay'), may('e edit'), should('d diff'), should('c curl')];
  if (model.page !== null) {
    const own = model.page.id === null ? [] : requests;
    return [must('↑↓ scroll', '↑↓'), must('Esc back'), ...own, must('? help', '?')];
  }
  const list = [must('↑↓ select', '↑↓'), must('⏎ open'), ...requests, should('/ filter')];
  const seen = model.sees ? list : [];
  return [...seen, pause, should('x leave'), must('? help', '?'), must('q quit', 'q')];
};
