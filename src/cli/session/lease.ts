import type { Intercept } from '../../protocol/intercepts.ts';
import { endingMs } from './limits.ts';
import type { SessionEvent } from './session-event.ts';

/** Looks after the end that an intercept was given. */
export type Lease = {
  /** Takes in how the intercept is now. */
  readonly shown: (intercept: Intercept) => void;
  readonly stop: () => void;
};

/**
 * Tells of `ending` 5 minutes before an end that was further away when it became known, and of
 * `extended` when it is put off. Begin with an intercept that was created this moment: its times are
 * the manager's, whose clock may show another time.
 */
export const watchLease = (created: Intercept, onEvent: (event: SessionEvent) => void): Lease => {
  const aheadMs = Date.now() - Date.parse(created.createdAt);
  let end: string | null = null;
  let timer: NodeJS.Timeout | undefined;
  const leftMs = (until: string): number => Date.parse(until) + aheadMs - Date.now();
  const warn = (until: string): void => {
    const left = leftMs(until);
    // A laptop that slept may wake up behind the end, of which the manager tells.
    if (left > 0) onEvent({ type: 'ending', until, leftMs: left });
  };
  const arm = (until: string | null): void => {
    clearTimeout(timer);
    const wait = until === null ? 0 : leftMs(until) - endingMs;
    if (until !== null && wait > 0) timer = setTimeout(() => warn(until), wait);
  };
  const shown = ({ expiresAt, state }: Intercept): void => {
    // Without its session an intercept has another end, which is over with the next connection.
    if (state === 'disconnected' || expiresAt === end) return;
    if (end !== null && expiresAt !== null) onEvent({ type: 'extended', until: expiresAt });
    end = expiresAt;
    arm(end);
  };
  shown(created);
  return { shown, stop: () => clearTimeout(timer) };
};
