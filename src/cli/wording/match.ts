import { printMatch } from '../../protocol/match/expression/print.ts';
import type { Condition, Match } from '../../protocol/match.ts';
import { plain } from './plain.ts';

/** A rule in words: `your key`, or `header x-tenant = "acme" and header x-debug`. */
export const matchInWords = (match: Match, whose = 'your'): string => {
  const parts = (match.all ?? []).map(conditionInWords);
  if ('key' in match) return [`${whose} key`, ...parts].join(' and ');
  return parts.length === 0 ? 'every request' : parts.join(' and ');
};

/** Whose key a rule is about, when it may be that of a run of a pipeline. */
export const whoseKey = (run: string | undefined, otherwise: string): string =>
  run === undefined ? otherwise : `run ${plain(run)}’s`;

const conditionInWords = (condition: Condition): string => {
  if ('header' in condition && 'equals' in condition) {
    return `header ${condition.header} = "${plain(condition.equals)}"`;
  }
  if ('header' in condition && 'present' in condition) return `header ${condition.header}`;
  const text = plain(printMatch({ all: [condition] }));
  return 'any' in condition ? `(${text})` : text;
};
