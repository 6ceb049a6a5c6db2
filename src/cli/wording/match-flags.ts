import { printMatch } from '../../protocol/match/expression/print.ts';
import type { Condition } from '../../protocol/match.ts';
import { plain } from './plain.ts';

/** The flags of `byway intercept` that ask for these conditions. */
export const matchFlags = (all: readonly Condition[]): string => {
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
