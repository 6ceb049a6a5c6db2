import type { RuleCounts } from './reports.ts';

/** What a rule has that no request came to. */
export const noCounts: RuleCounts = {
  seen: 0,
  matched: 0,
  diverted: 0,
  answered: 0,
  passed: {},
  failed: {},
};
