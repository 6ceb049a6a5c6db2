import { expect, test } from 'vitest';
import type { SessionEvent } from '../../../src/cli/session/session-event.ts';
import { changeOf, noticeOf } from '../../../src/cli/ui/session-changes.ts';
import type { Intercept } from '../../../src/protocol/intercepts.ts';
import { head } from './rows.ts';

const ready: SessionEvent = {
  type: 'ready',
  intercept: { id: 'ic_a' } as Intercept,
  legsMs: { agent: 0.4, tunnel: 2, local: null },
  tookMs: 6_200,
  again: true,
};
const counts = head.counts ?? {
  seen: 0,
  matched: 0,
  diverted: 0,
  answered: 0,
  passed: {},
  failed: {},
};

test.each<readonly [SessionEvent, unknown]>([
  [ready, { state: 'active', because: null, listening: false }],
  [
    { type: 'paused', by: 'mia' },
    { state: 'paused', because: 'mia' },
  ],
  [{ type: 'resumed' }, { state: 'active', because: null }],
  [
    { type: 'not_ready', reason: 'no agent' },
    { state: 'not_ready', because: 'no agent' },
  ],
  [{ type: 'port', listening: true }, { listening: true }],
  [{ type: 'connected', lostMs: 5, transport: undefined }, { transport: null }],
  [{ type: 'counts', counts }, { counts }],
])('%j changes the head', (event, expected) => {
  expect(changeOf(event, 0)).toEqual({ type: 'head', head: expected });
});

test('the end of a lease is told by the clock of this machine', () => {
  const event: SessionEvent = { type: 'extended', until: '2026-11-21T10:00:00Z' };
  const expiresAt = Date.UTC(2026, 10, 21, 10, 0, 5);
  expect(changeOf(event, 5_000)).toEqual({ type: 'head', head: { expiresAt } });
});

test('requests are learnt from what is recorded, near misses from the manager', () => {
  expect(changeOf({ type: 'passed', id: 'rq_1' }, 0)).toBeUndefined();
  expect(changeOf({ type: 'near_misses', misses: [] }, 0)).toEqual({ type: 'misses', misses: [] });
});

test('that it is back is said for a while, that it ends soon until a key is pressed', () => {
  expect(noticeOf(ready, 'pricing', 1_000)).toEqual({
    text: 'Back after 6.2 s. You serve again.',
    tone: 'good',
    until: 9_000,
  });
  const ending: SessionEvent = { type: 'ending', until: '', leftMs: 300_000 };
  expect(noticeOf(ending, 'pricing', 0)).toMatchObject({
    text: '▲ Ends in 5 m.   byway extend pricing --for 45m',
    until: null,
  });
  expect(noticeOf({ type: 'resumed' }, 'pricing', 0)).toBeUndefined();
});
