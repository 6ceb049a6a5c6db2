import type { Intercept, InterceptEvent } from '../../protocol/intercepts.ts';
import type { CountSum } from '../workloads/counts.ts';
import { sumCounts } from '../workloads/counts.ts';
import type { Outcome, Proof } from './proof.ts';

/** What is known of an intercept only while this manager runs. */
export type Live = {
  /** The version in which agents were told of its rule last. */
  version: number;
  proof: Proof | undefined;
  outcome: Outcome | undefined;
  /** The agents that the outcome is about. */
  provedWith: string;
  readonly counts: CountSum;
  readonly listeners: Set<(event: InterceptEvent) => void>;
  /** The view that listeners were shown last. */
  shown: string;
};

export const newLive = (): Live => ({
  version: 0,
  proof: undefined,
  outcome: undefined,
  provedWith: '',
  counts: sumCounts(),
  listeners: new Set(),
  shown: '',
});

export const tell = ({ listeners }: Live, event: InterceptEvent): void => {
  for (const listener of listeners) listener(event);
};

/** Tells listeners how the intercept is now, unless they know. */
export const show = (live: Live, intercept: () => Intercept): void => {
  if (live.listeners.size === 0) return;
  const view = intercept();
  const text = JSON.stringify(view);
  if (text === live.shown) return;
  live.shown = text;
  tell(live, { type: 'intercept', intercept: view });
};
