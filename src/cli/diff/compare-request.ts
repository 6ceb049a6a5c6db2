import type { ExchangeSource } from '../recorder/source.ts';
import type { ExchangeView } from '../recorder/view.ts';
import { assertSafe } from '../replay/safe-method.ts';
import { type Comparison, compareAnswers } from './compare-answers.ts';
import { type IgnoreRules, readIgnore } from './ignore-rules.ts';

export type CompareOptions = {
  readonly unsafe: boolean;
  /** Takes the recorded answer for the local one, instead of asking for it again. */
  readonly recorded: boolean;
  readonly ignore: readonly string[];
};

export type Compared = {
  readonly local: ExchangeView;
  readonly cluster: ExchangeView;
  readonly comparison: Comparison;
};

/**
 * Sends a request to the local port and to the original pod at once, and compares the answers. Throws
 * a `UserError` like a replay, before anything is sent when the method may change something.
 */
export const compareRequest = async (
  exchanges: ExchangeSource,
  view: ExchangeView,
  { unsafe, recorded, ignore }: CompareOptions,
): Promise<Compared> => {
  const rules: IgnoreRules = readIgnore(ignore);
  assertSafe(view.method ?? '', unsafe);
  const { id } = view;
  const [local, cluster] = await Promise.all([
    recorded ? view : exchanges.replay(id, { against: 'local', unsafe }),
    exchanges.replay(id, { against: 'cluster', unsafe }),
  ]);
  return { local, cluster, comparison: compareAnswers(local, cluster, rules) };
};
