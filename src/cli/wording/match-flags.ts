import { printMatch } from '../../protocol/match/expression/print.ts';
import type { Condition, Match } from '../../protocol/match.ts';
import { plain } from './plain.ts';

/** The flags of `byway intercept` that ask for a rule; empty for all requests with one's key. */
export const ruleFlags = (match: Match): string => {
  if (!('key' in match)) return matchFlags(match.all);
  return match.all === undefined ? '' : `--match ${inQuotes(plain(printMatch(match)))}`;
};

/** The flags of `byway intercept` that ask for these conditions. */
export const matchFlags = (all: readonly Condition[]): string => {
  if (all.length === 0) return '--http-header all';
  const flags = all.map(headerFlag);
  if (flags.every((flag) => flag !== undefined)) return flags.join(' ');
  return `--match ${inQuotes(plain(printMatch({ all })))}`;
};

// Values with anything that a shell reads are left to the expression.
const headerFlag = (condition: Condition): string | undefined => {
  if (!('header' in condition)) return undefined;
  if ('present' in condition) return `--http-header ${condition.header}`;
  const isPlain = 'equals' in condition && /^[A-Za-z0-9._@%+,/:=-]+$/.test(condition.equals);
  return isPlain ? `--http-header ${condition.header}=${condition.equals}` : undefined;
};

const inQuotes = (text: string): string => `'${text.replaceAll("'", `'"'"'`)}'`;
