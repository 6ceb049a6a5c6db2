import { expect, test } from 'vitest';
import { GatheredRows } from '../../../src/cli/ui/gathered-rows.ts';
import { rowsMax } from '../../../src/cli/ui/model/model.ts';
import { row } from './rows.ts';

test('the last of each request is kept until it is taken', () => {
  const gathered = new GatheredRows();
  gathered.add(row(1, { state: 'running' }));
  gathered.add(row(2));
  gathered.add(row(1));
  expect(gathered.take()).toEqual([row(2), row(1)]);
  expect(gathered.take()).toEqual([]);
});

test('of more than the list keeps, the newest are kept', () => {
  const gathered = new GatheredRows();
  for (let number = 1; number <= rowsMax + 5; number++) gathered.add(row(number));
  const taken = gathered.take();
  expect(taken).toHaveLength(rowsMax);
  expect(taken[0]?.id).toBe('rq_6');
});
