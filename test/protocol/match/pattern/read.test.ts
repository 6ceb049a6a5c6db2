import { expect, test } from 'vitest';
import { accepts, automatonOf } from '../../../../src/protocol/match/pattern/automaton.ts';
import { PatternFault } from '../../../../src/protocol/match/pattern/fault.ts';
import { readPattern } from '../../../../src/protocol/match/pattern/read.ts';

const octets = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const matches = (pattern: string, text: string): boolean =>
  accepts(automatonOf(readPattern(pattern)), octets(text));

test.each<[string, readonly string[], readonly string[]]>([
  ['', [''], ['a']],
  ['acme', ['acme'], ['Acme', 'acme ', 'xacme', 'acmex', '']],
  ['a|b', ['a', 'b'], ['ab', '']],
  ['a.c', ['abc', 'aäc', 'a😀c'], ['a\nc', 'ac', 'abbc']],
  ['(?s)a.c', ['a\nc'], ['ac']],
  ['[a-c\\d-]+', ['ab-9'], ['d', '']],
  ['[^a-c]', ['d', 'ä', '€', '\n'], ['a', 'dd']],
  ['[]a]', [']', 'a'], ['b']],
  ['[[:alpha:]]{2,3}', ['ab', 'abc'], ['a', 'abcd', 'a1']],
  ['a{2}', ['aa'], ['a', 'aaa']],
  ['a{,2}', ['a{,2}'], ['', 'aa']],
  ['(?i)Acme-K', ['ACME-k', 'acme-\u212a'], ['acme']],
  ['(?i:a)b', ['Ab', 'ab'], ['AB']],
  ['(?P<tenant>a)(?<other>b)(?:c)', ['abc'], ['ab']],
  ['^a$', ['a'], ['aa']],
  ['a^b', [], ['ab', 'a', 'b']],
  ['\\Aa*?\\z', ['', 'aaa'], ['b']],
  ['\\.\\x41\\x{1F600}', ['.A😀'], ['xA😀']],
  ['jane\\.doe@example\\.com', ['jane.doe@example.com'], ['jane-doe@example.com']],
])('%j takes the whole value', (pattern, yes, no) => {
  for (const text of yes) expect(matches(pattern, text), text).toBe(true);
  for (const text of no) expect(matches(pattern, text), text).toBe(false);
});

test.each([
  ['a\\', 'backslash', 1],
  ['(a', 'never closed', 0],
  ['a)', 'closes nothing', 1],
  ['[a', 'never closed', 0],
  ['[z-a]', 'high to low', 1],
  ['[a-\\d]', 'end with one character', 1],
  ['[[:letter:]]', 'no class', 1],
  ['*a', 'nothing stands before', 0],
  ['a**', 'two repetitions', 1],
  ['a{3,2}', 'high to low', 1],
  ['a{1001}', 'at most 1000', 1],
  ['(a)\\1', 'refers back', 3],
  ['a(?=b)', 'looking ahead', 1],
  ['(?<!b)a', 'looking ahead', 0],
  ['(?x)a', 'begins no group', 0],
  ['\\bacme\\b', 'not supported', 0],
  ['\\pL', 'not supported', 0],
  ['\\Qa.b\\E', 'not supported', 0],
  ['\\y', 'no escape', 0],
  ['\\x{110000}', 'hexadecimal', 0],
  ['(?i)ä', 'ASCII', 4],
  ['('.repeat(51), 'deeper than 50', 50],
])('%j is refused with a reason and a place', (pattern, reason, at) => {
  expect(() => readPattern(pattern)).toThrow(
    expect.objectContaining({ message: expect.stringContaining(reason), at }),
  );
});

test.each([
  '((a{1000}){1000}){1000}',
  '((){1000}){1000}',
  '.*a.{500}',
  '(.*a){100}b{900}.{900}',
  '(a|b)*a(a|b){20}',
])('%j is too large and refused within its limit of work', (pattern) => {
  expect(() => automatonOf(readPattern(pattern))).toThrow(PatternFault);
});

test.each([
  ['[ab]*a[ab]{11}', 'more than 2000 states'],
  ['a{1000}b{1000}c{1000}', 'more than 2000 states'],
  ['((a{1000}){1000}){1000}', 'too large'],
])('%j is refused for having %s', (pattern, reason) => {
  expect(() => automatonOf(readPattern(pattern))).toThrow(reason);
  expect(automatonOf(readPattern('[ab]*a[ab]{9}')).accepting.length).toBeLessThan(2_000);
});

test('octets that are not UTF-8 match nothing', () => {
  for (const pattern of ['.*', '[^a]*', '(?s).*', '\ufffd', '\\W+', '.']) {
    const automaton = automatonOf(readPattern(pattern));
    for (const text of ['\xff', '\xc3', 'a\xe4', '\xed\xa0\x80', '\xc0\x80', '\xf5\x80\x80\x80']) {
      expect(accepts(automaton, text), `${pattern} ${text}`).toBe(false);
    }
  }
});
