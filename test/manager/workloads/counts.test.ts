import { expect, test } from 'vitest';
import { sumCounts } from '../../../src/manager/workloads/counts.ts';
import { noCounts } from '../../../src/protocol/no-counts.ts';

test('the counts of several agents and of an agent’s earlier lives add up', () => {
  const counts = sumCounts();
  counts.report('ag_1', { ...noCounts, seen: 5, passed: { laptop_gone: 1 } });
  counts.report('ag_1', { ...noCounts, seen: 7, passed: { laptop_gone: 2 } });
  counts.report('ag_2', { ...noCounts, seen: 1, passed: { local_refused: 1, laptop_gone: 1 } });
  expect(counts.sum()).toEqual({
    ...noCounts,
    seen: 8,
    passed: { laptop_gone: 3, local_refused: 1 },
  });
});

test('thousands of lives are still one sum', () => {
  const counts = sumCounts();
  for (let life = 0; life < 5_000; life++) counts.report(`ag_${life}`, { ...noCounts, seen: 1 });
  expect(counts.sum().seen).toBe(5_000);
});
