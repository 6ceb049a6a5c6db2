import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cut, fit, fitRight, oneLine, widthOf, wrap } from '../../../src/cli/ui/text/width.ts';

test.each([
  ['abc', 3],
  ['東京', 4],
  ['😀', 2],
  ['e\u0301', 1],
  ['👨‍👩‍👧', 2],
  ['▲›…', 3],
  ['', 0],
])('%s is %i columns wide', (text, width) => {
  expect(widthOf(text)).toBe(width);
});

test('what is cut ends in an ellipsis, and never within a wide character', () => {
  expect(cut('/price/42', 6)).toBe('/pric…');
  expect(cut('東京都', 5)).toBe('東京…');
  expect(cut('東京都', 4)).toBe('東…');
  expect(cut('abc', 3)).toBe('abc');
  expect(cut('abc', 0)).toBe('');
  expect(fit('東京', 6)).toBe('東京  ');
  expect(fitRight('12', 4)).toBe('  12');
});

test('no sequence of a terminal is left', () => {
  expect(oneLine('\u001b[2J\u0007\u009b1m\u202ea\tb\r\n')).toBe(
    '\ufffd[2J\ufffd\ufffd1m\ufffda  b\ufffd\ufffd',
  );
});

test('any text fits into any room', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, room) => {
      expect(widthOf(fit(text, room))).toBe(room);
      expect(widthOf(fitRight(text, room))).toBe(room);
    }),
  );
});

test('lines break between words, and longer words wherever they must', () => {
  expect(wrap('came close in the last minute', 12)).toEqual([
    'came close',
    'in the last',
    'minute',
  ]);
  expect(wrap('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
  expect(wrap('東京都', 4)).toEqual(['東京', '都']);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 20 }), (text, room) => {
      for (const line of wrap(text, room)) expect(widthOf(line)).toBeLessThanOrEqual(room);
    }),
  );
});
