import type { PassReason } from '../../protocol/reports.ts';

const words: Readonly<Record<PassReason, string>> = {
  manager_gone: 'no manager',
  laptop_gone: 'no tunnel',
  paused: 'paused',
  local_refused: 'port refused',
  local_closed: 'app closed',
  local_invalid: 'no HTTP',
  local_slow: 'too slow',
  too_many: 'too many',
  tunnel_refused: 'tunnel refused',
};

/** Why the pod answered, in two words. */
export const reasonInWords = (reason: PassReason): string => words[reason];
