import type { RuleCounts } from '../../protocol/reports.ts';
import { countedAgentsMax } from '../limits.ts';

/** Counts of one rule over all agents that ever reported them. */
export type CountSum = {
  /** An agent's counts only grow within its life, so the last report replaces the one before. */
  readonly report: (agent: string, counts: RuleCounts) => void;
  readonly sum: () => RuleCounts;
};

export const noCounts: RuleCounts = {
  seen: 0,
  matched: 0,
  diverted: 0,
  answered: 0,
  passed: {},
  failed: {},
};

export const sumCounts = (): CountSum => {
  const byAgent = new Map<string, RuleCounts>();
  let merged = noCounts;
  return {
    report: (agent, counts) => {
      byAgent.delete(agent); // Puts the agent last: the first one is the longest silent.
      byAgent.set(agent, counts);
      const [oldest] = byAgent;
      if (byAgent.size <= countedAgentsMax || oldest === undefined) return;
      merged = add(merged, oldest[1]);
      byAgent.delete(oldest[0]);
    },
    sum: () => [...byAgent.values()].reduce(add, merged),
  };
};

const add = (left: RuleCounts, right: RuleCounts): RuleCounts => ({
  seen: left.seen + right.seen,
  matched: left.matched + right.matched,
  diverted: left.diverted + right.diverted,
  answered: left.answered + right.answered,
  passed: addEach(left.passed, right.passed),
  failed: addEach(left.failed, right.failed),
});

type ByReason = Readonly<Record<string, number>>;

const addEach = (left: ByReason, right: ByReason): ByReason => {
  const sums = new Map(Object.entries(left));
  for (const [reason, count] of Object.entries(right)) {
    sums.set(reason, (sums.get(reason) ?? 0) + count);
  }
  return Object.fromEntries(sums);
};
