import type { SessionEvent } from '../session/session-event.ts';
import { duration } from '../wording/figures.ts';
import type { Change } from './model/change.ts';
import type { Head, Notice } from './model/model.ts';

/** What a session's event changes in its view; undefined for what the view learns in another way. */
export const changeOf = (event: SessionEvent, aheadMs: number): Change | undefined => {
  if (event.type === 'near_misses') return { type: 'misses', misses: event.misses };
  const head = headAfter(event, aheadMs);
  return head === undefined ? undefined : { type: 'head', head };
};

const headAfter = (event: SessionEvent, aheadMs: number): Partial<Head> | undefined => {
  switch (event.type) {
    case 'ready':
      return { state: 'active', because: null, listening: event.legsMs.local !== null };
    case 'resumed':
      return { state: 'active', because: null };
    case 'paused':
      return { state: 'paused', because: event.by };
    case 'not_ready':
      return { state: 'not_ready', because: event.reason };
    case 'port':
      return { listening: event.listening };
    case 'connected':
      return { transport: event.transport ?? null };
    case 'extended':
      return { expiresAt: Date.parse(event.until) + aheadMs };
    case 'counts':
      return { counts: event.counts };
    default:
      return undefined;
  }
};

/** Milliseconds that a message stays. */
const noticeMs = 8_000;

/** What is said of an event besides what it changes; undefined for most. */
export const noticeOf = (event: SessionEvent, name: string, now: number): Notice | undefined => {
  const until = now + noticeMs;
  if (event.type === 'ready' && event.again) {
    return { text: `Back after ${duration(event.tookMs)}. You serve again.`, tone: 'good', until };
  }
  if (event.type !== 'ending') return undefined;
  const minutes = Math.round(event.leftMs / 60_000);
  const text = `▲ Ends in ${minutes} m.   byway extend ${name} --for 45m`;
  return { text, tone: 'warning', until: null };
};
