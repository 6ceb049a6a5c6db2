import type { NearMiss } from '../../protocol/near-miss.ts';
import { adviceOn, wrapped } from '../wording/near-misses.ts';
import { plain } from '../wording/plain.ts';
import { nearMissQuietMs } from './limits.ts';

const lineCharactersMax = 80;

/** What to print of near misses, if anything: each kind once a minute, with what to do about it. */
export const nearMissLines = (
  now: () => number = () => performance.now(),
): ((misses: readonly NearMiss[]) => string | undefined) => {
  const said = new Map<string, number>();
  return (misses) => {
    const time = now();
    for (const [kind, at] of said) if (time - at >= nearMissQuietMs) said.delete(kind);
    const fresh = misses.filter((miss) => !said.has(kindOf(miss)));
    const latest = fresh.at(-1);
    if (latest === undefined) return undefined;
    for (const miss of fresh) said.set(kindOf(miss), time);
    const { method, path, detail } = latest;
    const why = `${plain(detail)}. ${adviceOn([latest]).join('')}`;
    return [
      `Came close: ${plain(method)} ${plain(path)}`,
      ...wrapped(why, lineCharactersMax, '  '),
      ...(fresh.length === 1 ? [] : [`  ${fresh.length - 1} more: byway status`]),
    ].join('\n');
  };
};

// Without the path, which may be another each time.
const kindOf = ({ reason, advice }: NearMiss): string => `${reason} ${advice}`;
