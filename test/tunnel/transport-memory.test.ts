import { expect, test } from 'vitest';
import { TransportMemory } from '../../src/tunnel/transport-memory.ts';

test('a WebSocket that was needed comes first for ten minutes, until it is forgotten', () => {
  const memory = new TransportMemory();
  expect(memory.prefersWebSocket(0)).toBe(false);
  memory.preferWebSocket(1_000);
  expect(memory.prefersWebSocket(600_999)).toBe(true);
  expect(memory.prefersWebSocket(601_000)).toBe(false);
  memory.preferWebSocket(1_000);
  memory.forget();
  expect(memory.prefersWebSocket(1_000)).toBe(false);
});

test('a manager that never answered our Upgrade is not taken for one that is away', () => {
  const memory = new TransportMemory();
  expect([1, 2, 3].map(() => memory.isLikelyAway())).toEqual([false, false, false]);
});

test('one that did is away two times in a row, and every third time a WebSocket has its turn', () => {
  const memory = new TransportMemory();
  memory.upgradeWorked();
  const six = [1, 2, 3, 4, 5, 6].map(() => memory.isLikelyAway());
  expect(six).toEqual([true, true, false, true, true, false]);
  memory.isLikelyAway();
  memory.upgradeWorked();
  expect([1, 2, 3].map(() => memory.isLikelyAway())).toEqual([true, true, false]);
});

test('where a WebSocket was needed since, our Upgrade counts as not let through at once', () => {
  const memory = new TransportMemory();
  memory.upgradeWorked();
  memory.preferWebSocket(0);
  expect(memory.isLikelyAway()).toBe(false);
});
