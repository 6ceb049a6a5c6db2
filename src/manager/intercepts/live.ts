import { createHash } from 'node:crypto';
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
  /** The agents that the outcome is about, when they did not prove the way. */
  failedWith: string;
  readonly counts: CountSum;
  readonly listeners: Set<(event: InterceptEvent) => void>;
  /** The SHA-256 of the view that listeners were shown last: the view itself would be long. */
  shown: string;
  /** What that view said of the agents. */
  shownAgents: Intercept['agents'] | undefined;
};

export const newLive = (): Live => ({
  version: 0,
  proof: undefined,
  outcome: undefined,
  failedWith: '',
  counts: sumCounts(),
  listeners: new Set(),
  shown: '',
  shownAgents: undefined,
});

export const tell = ({ listeners }: Live, event: InterceptEvent): void => {
  for (const listener of listeners) listener(event);
};

/** Tells listeners how the intercept is now, unless they know. */
export const show = (live: Live, intercept: () => Intercept): void => {
  if (live.listeners.size === 0) return;
  const view = intercept();
  if (isNews(live, view)) tell(live, { type: 'intercept', intercept: view });
};

/** Whether listeners were not shown it yet; from now on they were. */
export const isNews = (live: Live, view: Intercept): boolean => {
  const digest = createHash('sha256').update(JSON.stringify(view)).digest('base64url');
  const isNew = digest !== live.shown;
  live.shown = digest;
  live.shownAgents = view.agents;
  return isNew;
};
