import type { Intercept } from '../../../protocol/intercepts.ts';
import { matchInWords } from '../../wording/match.ts';
import type { Head } from './model.ts';

/** What the manager knows of an intercept; times are the manager's, moved by `aheadMs`. */
export const headOf = (intercept: Intercept, target: string, aheadMs = 0): Head => ({
  name: intercept.workload.name,
  target,
  match: matchInWords(intercept.match),
  personal: 'key' in intercept.match,
  listening: null,
  tunnel: null,
  ...changingHead(intercept, aheadMs),
});

/** The part of it that changes while it lives. */
export const changingHead = (
  intercept: Intercept,
  aheadMs = 0,
): Pick<Head, 'state' | 'because' | 'createdAt' | 'expiresAt' | 'transport' | 'counts'> => {
  const { state, paused, createdAt, expiresAt, transport, counts } = intercept;
  return {
    state,
    because: paused?.by ?? null,
    createdAt: Date.parse(createdAt) + aheadMs,
    expiresAt: expiresAt === null ? null : Date.parse(expiresAt) + aheadMs,
    transport: transport ?? null,
    counts,
  };
};
