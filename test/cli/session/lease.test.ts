import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchLease } from '../../../src/cli/session/lease.ts';
import type { SessionEvent } from '../../../src/cli/session/session-event.ts';
import type { Intercept } from '../../../src/protocol/intercepts.ts';

const minute = 60_000;
const managerAhead = 7 * minute; // Its clock shows another time than ours.

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const at = (fromNow: number): string => new Date(Date.now() + managerAhead + fromNow).toISOString();

const begin = (lives: number | null) => {
  const told: SessionEvent[] = [];
  const expiresAt = lives === null ? null : at(lives);
  const created = { createdAt: at(0), expiresAt, state: 'active' } as Intercept;
  const lease = watchLease(created, (event) => told.push(event));
  return { told, lease, created };
};

test('the end is told five minutes before, once', () => {
  const { told, created } = begin(45 * minute);
  vi.advanceTimersByTime(40 * minute - 1);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(told).toEqual([{ type: 'ending', until: created.expiresAt, leftMs: 5 * minute }]);
  vi.advanceTimersByTime(60 * minute);
  expect(told).toHaveLength(1);
});

test('an end that was near from the beginning is no news, and neither is none', () => {
  const near = begin(5 * minute);
  const none = begin(null);
  vi.advanceTimersByTime(60 * minute);
  expect([...near.told, ...none.told]).toEqual([]);
});

test('an extension is told, and its end as well', () => {
  const { told, lease, created } = begin(10 * minute);
  const until = at(60 * minute);
  lease.shown({ ...created, expiresAt: until });
  lease.shown({ ...created, expiresAt: until });
  expect(told).toEqual([{ type: 'extended', until }]);
  vi.advanceTimersByTime(55 * minute);
  expect(told.slice(1)).toMatchObject([{ type: 'ending', until }]);
});

test('the end that a lost tunnel brings says nothing of the intercept’s own', () => {
  const { told, lease, created } = begin(null);
  lease.shown({ ...created, state: 'disconnected', expiresAt: at(1440 * minute) });
  vi.advanceTimersByTime(1436 * minute);
  lease.shown(created);
  vi.advanceTimersByTime(1440 * minute);
  expect(told).toEqual([]);
});

test('a laptop that wakes up after the end does not announce it', () => {
  const { told } = begin(10 * minute);
  vi.setSystemTime(Date.now() + 20 * minute); // No timer runs while it sleeps.
  vi.advanceTimersByTime(5 * minute);
  expect(told).toEqual([]);
});

test('nothing is told after its end', () => {
  const { told, lease } = begin(10 * minute);
  lease.stop();
  vi.advanceTimersByTime(60 * minute);
  expect(told).toEqual([]);
});
