import { afterEach, describe, expect, test, vi } from 'vitest';
import { Budget } from '../../../src/protocol/http2/budget.ts';

afterEach(() => vi.restoreAllMocks());

describe('a budget', () => {
  const taken = (budget: Budget): number => {
    let count = 0;
    while (count < 1000 && budget.take()) count += 1;
    return count;
  };

  test('is spent at once, comes back with time, and never exceeds what it began with', () => {
    let now = 1000;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const budget = new Budget(100, 10);
    expect(taken(budget)).toBe(100);
    now += 99;
    expect(taken(budget)).toBe(0);
    now += 1;
    expect(taken(budget)).toBe(1);
    now += 2550;
    expect(taken(budget)).toBe(25);
    now += 50;
    expect(taken(budget)).toBe(1);
    now += 3_600_000;
    expect(taken(budget)).toBe(100);
  });
});
