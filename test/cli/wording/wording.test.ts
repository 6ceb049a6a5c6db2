import { expect, test } from 'vitest';
import { closest } from '../../../src/cli/wording/closest.ts';
import { countsInWords } from '../../../src/cli/wording/counts.ts';
import { duration, moment, shortKey, timeLeft } from '../../../src/cli/wording/figures.ts';
import { matchInWords } from '../../../src/cli/wording/match.ts';
import { plain } from '../../../src/cli/wording/plain.ts';
import { table } from '../../../src/cli/wording/table.ts';

test('of a key only its ends are shown, and of a short one nothing', () => {
  expect(shortKey('k3yqabcdefghijklmnopqrs7fa')).toBe('k3yq…7fa');
  expect(shortKey('k3yq7fa')).toBe('…');
});

test.each([
  [0.2, '<1 ms'],
  [1.4, '1 ms'],
  [38, '38 ms'],
  [6240, '6.2 s'],
])('%d ms is %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

test('a moment of today has no date', () => {
  const now = new Date(2026, 10, 21, 10, 0);
  expect(moment(new Date(2026, 10, 21, 11, 5), now)).toBe('11:05');
  expect(moment(new Date(2026, 10, 22, 1, 5), now)).toBe('2026-11-22 01:05');
});

test.each([
  [10, 'less than 1 m'],
  [23 * 60, '23 m'],
  [3600, '1 h'],
  [3 * 3600 + 300, '3 h 5 m'],
  [50 * 3600, '2 d'],
  [-5, 'less than 1 m'],
])('%i seconds are %s', (seconds, text) => {
  const now = new Date();
  expect(timeLeft(new Date(now.getTime() + seconds * 1000), now)).toBe(text);
});

test('the funnel names the reasons', () => {
  const counts = { seen: 4102, matched: 37, diverted: 36, answered: 35, passed: {}, failed: {} };
  expect(countsInWords({ ...counts, passed: { local_refused: 2 } })).toBe(
    'seen 4,102  matched 37  you 35  passed 2 (local port refused)  failed 0',
  );
  expect(
    countsInWords({ ...counts, failed: { some_thing: 1, laptop_gone: 2, none: 0 } }),
  ).toContain('failed 3 (some thing 1, laptop gone 2)');
});

test('rules are said in words, and their values cannot steer the terminal', () => {
  expect(matchInWords({ key: 'personal' })).toBe('your key');
  expect(matchInWords({ all: [] })).toBe('every request');
  expect(
    matchInWords({
      all: [
        { header: 'a', equals: 'x\u001b[31m' },
        { header: 'b', present: true },
      ],
    }),
  ).toBe('header a = "x\ufffd[31m" and header b');
});

test('controls and marks that reorder text become visible', () => {
  expect(plain('a\nb\u0007c\u009bd\u2066e')).toBe('a\ufffdb\ufffdc\ufffdd\ufffde');
});

test('columns are aligned and lines have no blanks at their end', () => {
  expect(
    table([
      ['A', 'LONG'],
      ['long', '…'],
      ['b', ''],
    ]),
  ).toBe('A     LONG\nlong  …\nb');
});

test.each([
  ['pricng', ['pricing']],
  ['PRICING', ['pricing']],
  ['crt', ['cart']],
  ['checkout', []],
  ['', []],
])('"%s" was probably meant to be %j', (word, meant) => {
  expect(closest(word, ['pricing', 'cart', 'web'])).toEqual(meant);
});
