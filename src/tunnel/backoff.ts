import { systemCode } from '../base/errors.ts';
import { offlineRetryMsMax, retryGrowth, retryMsMax, retryMsMin } from './limits.ts';

/**
 * Milliseconds before the attempt with this number (1 is the first); `random` is from 0 to 1. What the
 * attempt before took counts as waited, so that a connection that nobody answered for 2 s is tried
 * again soon: but for the first wait, which is always there.
 */
export const backoffMs = (attempt: number, random: number, tookMs = 0): number => {
  const full = Math.min(retryMsMin * retryGrowth ** Math.min(attempt - 1, 16), retryMsMax);
  const jitter = 0.75 + random / 4;
  return Math.round(Math.max(full * jitter - tookMs, retryMsMin * jitter));
};

/**
 * Milliseconds to wait after a failed attempt, or after a loss without an `error`. While this machine
 * itself has no network, 1 s at most: such an attempt costs nobody anything.
 */
export const retryAfterMs = (attempt: number, error: unknown, tookMs: number): number => {
  const waitMs = backoffMs(attempt, Math.random(), error === undefined ? 0 : tookMs);
  return isOffline(error) ? Math.min(waitMs, offlineRetryMsMax) : waitMs;
};

const isOffline = (error: unknown): boolean => offlineCodes.includes(systemCode(error) ?? '');

const offlineCodes = ['ENETUNREACH', 'ENETDOWN', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'EAI_AGAIN'];
