import { expect, test } from 'vitest';
import { adviceOn, nearMissesInWords, wrapped } from '../../../src/cli/wording/near-misses.ts';
import { replicasInWords } from '../../../src/cli/wording/replicas.ts';
import type { NearMiss } from '../../../src/protocol/near-miss.ts';
import { noCounts } from '../../../src/protocol/no-counts.ts';

const miss = (detail: string, advice = 'Do it.'): NearMiss => ({
  at: '2026-11-21T10:42:07.120Z',
  method: 'GET',
  path: '/',
  reason: 'other_value',
  detail,
  advice,
});

test('near misses are counted by what kept them away, the most frequent first', () => {
  const path = miss('path /admin is not in your filter');
  const key = miss('baggage "byway" had another value');
  expect(nearMissesInWords([])).toBeUndefined();
  expect(nearMissesInWords([path])).toBe(
    '1 request came close in the last minute: path /admin is not in your filter (1).',
  );
  expect(nearMissesInWords([path, key, key])).toBe(
    '3 requests came close in the last minute: baggage "byway" had another value (2), path /admin is not in your filter (1).',
  );
});

test('of many reasons a few are named, and what fills the list may be more', () => {
  const misses = Array.from({ length: 50 }, (_, index) => miss(`reason ${index % 10}`, `${index}`));
  expect(nearMissesInWords(misses)).toMatch(
    /^50 requests or more came close .*, other reasons \(30\)\.$/,
  );
  expect(adviceOn(misses)).toHaveLength(4);
});

test('the same advice is given once, and nothing steers the terminal', () => {
  const misses = [miss('a\u001b[2J', 'b\u0007'), miss('c', 'b\u0007')];
  expect(nearMissesInWords(misses)).toContain('a\ufffd[2J (1), c (1)');
  expect(adviceOn(misses)).toEqual(['b\ufffd']);
});

test('lines are broken at blanks', () => {
  expect(wrapped('one two three', 9, '  ')).toEqual(['  one two', '  three']);
  expect(wrapped('endless-word', 5, ' ')).toEqual([' endless-word']);
});

test('counts by agent are shown where there are several, or when asked for', () => {
  const connected = ['ag_aaaaaaaaa', 'ag_bbbbbbbbb'].map((agent, index) => ({
    agent,
    counts: { ...noCounts, seen: index + 1 },
  }));
  const all = { connected, others: { ...noCounts, seen: 4 } };
  expect(replicasInWords(all, false)).toEqual([
    '    ag_aaaaaa  seen 1  matched 0  you 0  passed 0  failed 0',
    '    ag_bbbbbb  seen 2  matched 0  you 0  passed 0  failed 0',
    '    others     seen 4  matched 0  you 0  passed 0  failed 0',
  ]);
  const one = { connected: connected.slice(0, 1), others: noCounts };
  expect(replicasInWords(one, false)).toEqual([]);
  expect(replicasInWords(one, true)).toHaveLength(1);
  expect(replicasInWords(undefined, true)).toEqual([]);
});
