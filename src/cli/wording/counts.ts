import type { RuleCounts } from '../../protocol/reports.ts';
import { count } from './figures.ts';

const reasons: Readonly<Record<string, string>> = {
  manager_gone: 'manager gone',
  laptop_gone: 'laptop gone',
  paused: 'paused',
  local_refused: 'local port refused',
  local_closed: 'local connection closed',
  local_slow: 'you took too long',
  local_invalid: 'your answer was not HTTP',
  too_many: 'too many for you',
  tunnel_refused: 'tunnel refused',
};

/** The funnel of one intercept: what was seen, matched, and who answered it. */
export const countsInWords = ({ seen, matched, answered, passed, failed }: RuleCounts): string =>
  [
    `seen ${count(seen)}`,
    `matched ${count(matched)}`,
    `you ${count(answered)}`,
    `passed ${withReasons(passed)}`,
    `failed ${withReasons(failed)}`,
  ].join('  ');

const withReasons = (counts: Readonly<Record<string, number>>): string => {
  const parts = Object.entries(counts).filter(([, number]) => number > 0);
  const total = parts.reduce((sum, [, number]) => sum + number, 0);
  if (parts.length === 0) return '0';
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return `${count(total)} (${reason(first[0])})`;
  return `${count(total)} (${parts.map(([code, number]) => `${reason(code)} ${count(number)}`).join(', ')})`;
};

const reason = (code: string): string => reasons[code] ?? code.replaceAll('_', ' ');
