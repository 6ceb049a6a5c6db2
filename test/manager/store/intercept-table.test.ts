import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type GroupKey, InterceptTable } from '../../../src/manager/store/intercept-table.ts';
import type { InterceptRecord } from '../../../src/manager/store/records.ts';
import { workloadPath } from '../../../src/protocol/workload.ts';

const recordOf = (number: number, endsAt: string | null): InterceptRecord => ({
  id: `ic_${number}`,
  workload: { namespace: 'default', kind: number % 2 === 0 ? 'process' : 'job', name: 'pricing' },
  port: 8080,
  owner: `user-${number % 3}`,
  session: `se_${number % 4}`,
  laptop: 'laptop',
  match: { key: 'personal' },
  createdAt: '2026-01-01T00:00:00.000Z',
  endsAt,
  lostAt: null,
});

const nameIn = (record: InterceptRecord, key: GroupKey): string =>
  key === 'workload' ? workloadPath(record.workload) : record[key];

const steps = fc.array(
  fc.record({
    number: fc.nat(12),
    endsAt: fc.constantFrom(null, '2027-01-01T00:00:00.000Z'),
    isPut: fc.boolean(),
  }),
);

test('a group is what a look at all intercepts would find, in the same order', () => {
  const keys = ['owner', 'session', 'workload'] as const;
  fc.assert(
    fc.property(steps, (all) => {
      const table = new InterceptTable();
      for (const { number, endsAt, isPut } of all) {
        if (isPut) table.set(`ic_${number}`, recordOf(number, endsAt));
        else table.delete(`ic_${number}`);
      }
      for (const key of keys) {
        for (const name of new Set([...table.values()].map((record) => nameIn(record, key)))) {
          const found = [...table.values()].filter((record) => nameIn(record, key) === name);
          expect(table.groups.group(key, name)).toEqual(found);
          expect(table.groups.groupSize(key, name)).toBe(found.length);
        }
      }
    }),
  );
});

test('a group that is empty is forgotten', () => {
  const table = new InterceptTable();
  table.set('ic_1', recordOf(1, null));
  expect(table.groups.groupSize('owner', 'user-1')).toBe(1);
  expect(table.delete('ic_1')).toBe(true);
  expect(table.delete('ic_1')).toBe(false);
  expect(table.groups.group('owner', 'user-1')).toEqual([]);
  expect(table.groups.groupSize('session', 'se_1')).toBe(0);
});
