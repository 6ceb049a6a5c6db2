import { noCounts } from '../../protocol/no-counts.ts';
import type { RuleCounts } from '../../protocol/reports.ts';
import { countedAgentsMax } from '../limits.ts';

/** Counts of one rule over all agents that ever reported them. */
export type CountSum = {
  /** An agent's counts only grow within its life, so the last report replaces the one before. */
  readonly report: (agent: string, counts: RuleCounts) => void;
  readonly sum: () => RuleCounts;
  /** Those of these agents each for itself, and all others' together. */
  readonly parts: (agents: readonly string[]) => CountParts;
};

export type CountParts = {
  readonly connected: readonly { readonly agent: string; readonly counts: RuleCounts }[];
  readonly others: RuleCounts;
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
    parts: (agents) => {
      const apart = new Set(agents);
      const others = [...byAgent].filter(([agent]) => !apart.has(agent));
      return {
        connected: agents.map((agent) => ({ agent, counts: byAgent.get(agent) ?? noCounts })),
        others: others.map(([, counts]) => counts).reduce(add, merged),
      };
    },
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
