import { expect, test } from 'vitest';
import { closeTo, editDistance } from '../../../src/manager/workloads/edit-distance.ts';

test.each([
  ['', '', 0],
  ['', 'abc', 3],
  ['pricing', 'pricng', 1],
  ['pricing', 'prcing', 1],
  ['cart', 'catr', 1],
  ['cart', 'card', 1],
  ['web', 'pricing', 7],
])('from "%s" to "%s" is %i', (left, right, distance) => {
  expect(editDistance(left, right)).toBe(distance);
  expect(editDistance(right, left)).toBe(distance);
});

test('suggests the closest names first, and none that are far off', () => {
  const names = ['pricing', 'prices', 'cart', 'web', 'pricing'];
  expect(closeTo('pricng', names)).toEqual(['pricing', 'prices']);
  expect(closeTo('PRICING', names)).toContain('pricing');
  expect(closeTo('database', names)).toEqual([]);
});
