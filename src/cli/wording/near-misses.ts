import { nearMissesShownMax } from '../../protocol/limits.ts';
import type { NearMiss } from '../../protocol/near-miss.ts';
import { count } from './figures.ts';
import { plain } from './plain.ts';

/** Different reasons that are named; the rest are only counted. */
const reasonsShownMax = 4;

type Group = { readonly detail: string; readonly advice: string; readonly times: number };

/**
 * The near misses of the last minute as one sentence: `3 requests came close in the last minute:
 * baggage "byway" had another value (2), path /admin is not in your filter (1).` Undefined without.
 */
export const nearMissesInWords = (misses: readonly NearMiss[]): string | undefined => {
  if (misses.length === 0) return undefined;
  const groups = groupsOf(misses);
  const named = groups.slice(0, reasonsShownMax).map(({ detail, times }) => `${detail} (${times})`);
  const others = groups.slice(reasonsShownMax).reduce((sum, { times }) => sum + times, 0);
  const rest = others === 0 ? [] : [`other reasons (${others})`];
  return `${howMany(misses.length)} came close in the last minute: ${[...named, ...rest].join(', ')}.`;
};

/** What to do about them, each advice once, for the reasons that are named. */
export const adviceOn = (misses: readonly NearMiss[]): readonly string[] => [
  ...new Set(
    groupsOf(misses)
      .slice(0, reasonsShownMax)
      .map(({ advice }) => advice),
  ),
];

const howMany = (misses: number): string => {
  if (misses === 1) return '1 request';
  return `${count(misses)} requests${misses >= nearMissesShownMax ? ' or more' : ''}`;
};

/** By detail, the most frequent first. */
const groupsOf = (misses: readonly NearMiss[]): readonly Group[] => {
  const groups = new Map<string, Group>();
  for (const { detail, advice } of misses) {
    const times = (groups.get(detail)?.times ?? 0) + 1;
    groups.set(detail, { detail: plain(detail), advice: plain(advice), times });
  }
  return [...groups.values()].sort((one, other) => other.times - one.times);
};

/** Lines of at most so many characters, broken at blanks; each begins with `indent`. */
export const wrapped = (text: string, width: number, indent: string): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && indent.length + longer.length > width) {
      lines.push(indent + line);
      line = word;
    } else line = longer;
  }
  return line === '' ? lines : [...lines, indent + line];
};
