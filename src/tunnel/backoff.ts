import { retryMsMax, retryMsMin } from './limits.ts';

/** Milliseconds before the attempt with this number (1 is the first); `random` is from 0 to 1. */
export const backoffMs = (attempt: number, random: number): number => {
  const full = Math.min(retryMsMin * 2 ** Math.min(attempt - 1, 16), retryMsMax);
  return Math.round(full * (0.75 + random / 4));
};
