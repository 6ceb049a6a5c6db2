import type { SessionEnd, SessionEvent } from './session-event.ts';

/** Whoever is told of a session. */
export type Report = {
  readonly event: (event: SessionEvent) => void;
  readonly end: (end: SessionEnd) => void;
};
