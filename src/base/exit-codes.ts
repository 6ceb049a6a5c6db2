import type { FailureKind } from './errors.ts';

/** Documented in the README; scripts rely on them. */
export const exitCodes: Readonly<Record<FailureKind | 'ok' | 'interrupted', number>> = {
  ok: 0,
  error: 1,
  usage: 2,
  not_found: 3,
  not_logged_in: 4,
  conflict: 5,
  unreachable: 6,
  not_ready: 7,
  assertion: 8,
  policy: 9,
  interrupted: 130,
};
