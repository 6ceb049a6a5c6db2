import type { NearMiss } from '../../../protocol/near-miss.ts';
import { clock, count } from '../../wording/figures.ts';
import type { Line } from '../model/model.ts';
import { fit, oneLine } from '../text/width.ts';

/** How many came close, and why, the most frequent reason first; null when none did. */
export const missesInWords = (misses: readonly NearMiss[]): string | null => {
  if (misses.length === 0) return null;
  const byDetail = new Map<string, number>();
  for (const { detail } of misses) byDetail.set(detail, (byDetail.get(detail) ?? 0) + 1);
  const parts = [...byDetail]
    .sort(([, left], [, right]) => right - left)
    .map(([detail, times]) => `${oneLine(detail)} (${count(times)})`);
  return `${count(misses.length)} came close in the last minute: ${parts.join(', ')}.`;
};

/** All of them, newest first, with what may be done. */
export const missLines = (misses: readonly NearMiss[]): readonly Line[] => {
  if (misses.length === 0) {
    return [
      { text: 'No request came close in the last minute.', tone: 'plain' },
      {
        text: 'Such a one would have matched but for one thing, which is told here.',
        tone: 'faint',
      },
    ];
  }
  return [...misses].reverse().flatMap(({ at, method, path, detail, advice }) => [
    { text: `${clock(new Date(at))}  ${fit(oneLine(method), 6)} ${path}`, tone: 'plain' as const },
    { text: `          ${detail}`, tone: 'warning' as const },
    { text: `          ${advice}`, tone: 'faint' as const },
  ]);
};
