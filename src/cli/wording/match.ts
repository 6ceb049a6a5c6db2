import type { Match, Predicate } from '../../protocol/match.ts';
import { plain } from './plain.ts';

/** A rule in words: `your key`, or `header x-tenant = "acme" and header x-debug`. */
export const matchInWords = (match: Match, whose = 'your'): string => {
  if ('key' in match) return `${whose} key`;
  if (match.all.length === 0) return 'every request';
  return match.all.map(predicateInWords).join(' and ');
};

const predicateInWords = (predicate: Predicate): string =>
  'equals' in predicate
    ? `header ${predicate.header} = "${plain(predicate.equals)}"`
    : `header ${predicate.header}`;
