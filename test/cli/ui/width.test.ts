import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indentJson } from '../../../src/cli/ui/text/indent-json.ts';
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

test('JSON has a line for each member, and every number as it came', () => {
  expect(indentJson('{"a":[1,{}],"b":12345678901234567890,"c":"x{,\\"y"}')).toBe(
    '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": 12345678901234567890,\n  "c": "x{,\\"y"\n}',
  );
  expect(indentJson('{"a":')).toBe('{"a":');
  expect(indentJson(' 7 ')).toBe('7');
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(JSON.parse(indentJson(text))).toEqual(JSON.parse(text));
    }),
  );
});

test('deep JSON is not indented without end', () => {
  const deep = '['.repeat(2_000) + ']'.repeat(2_000);
  expect(indentJson(deep).length).toBeLessThan(4_000 * 70);
});
