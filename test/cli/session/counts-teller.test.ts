import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CountsTeller } from '../../../src/cli/session/counts-teller.ts';
import type { SessionEvent } from '../../../src/cli/session/session-event.ts';
import { noCounts } from '../../../src/protocol/no-counts.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const begin = () => {
  const told: number[] = [];
  const teller = new CountsTeller((event: SessionEvent) => {
    if (event.type === 'counts') told.push(event.counts.seen);
  });
  return { told, seen: (seen: number) => teller.now({ ...noCounts, seen }), teller };
};

test('counts are told at once, then at most once a second, the last ones in the end', () => {
  const { told, seen } = begin();
  seen(0);
  expect(told).toEqual([]);
  for (const count of [1, 2, 3]) seen(count);
  expect(told).toEqual([1]);
  vi.advanceTimersByTime(1_000);
  expect(told).toEqual([1, 3]);
  seen(3);
  vi.advanceTimersByTime(5_000);
  expect(told).toEqual([1, 3]);
  seen(4);
  expect(told).toEqual([1, 3, 4]);
});

test('once stopped nothing more is told, and no timer is left', () => {
  const { told, seen, teller } = begin();
  seen(1);
  seen(2);
  teller.stop();
  vi.advanceTimersByTime(5_000);
  expect(told).toEqual([1]);
  expect(vi.getTimerCount()).toBe(0);
});
