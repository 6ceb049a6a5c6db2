import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchClock } from '../../src/tunnel/clock-jumps.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('a clock that went on while nothing ran is a jump; time that passes is none', () => {
  let jumps = 0;
  const stop = watchClock(() => {
    jumps += 1;
  });
  vi.advanceTimersByTime(60_000);
  expect(jumps).toBe(0);
  vi.setSystemTime(Date.now() + 10_000);
  vi.advanceTimersByTime(1_000);
  expect(jumps).toBe(1);
  vi.advanceTimersByTime(60_000);
  expect(jumps).toBe(1);
  vi.setSystemTime(Date.now() - 3_600_000); // Set right, not slept.
  vi.advanceTimersByTime(5_000);
  expect(jumps).toBe(1);
  stop();
  vi.setSystemTime(Date.now() + 10_000);
  vi.advanceTimersByTime(5_000);
  expect(jumps).toBe(1);
});
