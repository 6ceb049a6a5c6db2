import fc from 'fast-check';
import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { accepts, automatonOf } from '../../../../src/protocol/match/pattern/automaton.ts';
import { PatternFault } from '../../../../src/protocol/match/pattern/fault.ts';
import { readPattern } from '../../../../src/protocol/match/pattern/read.ts';
import { runs } from '../runs.ts';

const octets = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

const atom = fc.constantFrom(
  ...['a', 'b', 'ä', '.', '[ab]', '[^a]', '\\w', '\\W', '\\d', '\\S', '(?:a|b)', '(a*)', 'x', '^'],
  ...['$', '(?i)', '(?i:k)', 's', '[a-z]', '€', '\\.', '😀', '(?s:.)', '[^ä-€]', '[\\Wa-c]', ''],
  ...['[[:^alpha:]]', '|', '|', '(?:', ')', '{', '\\x41', '-', ']', '\\A', '\\z', '\\Qa.\\E'],
);
const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{0,2}', '{1,}', '*?', '{3');
const pattern = fc
  .array(fc.tuple(atom, quantifier), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.map(([one, times]) => one + times).join(''));
const text = fc
  .array(
    fc.constantFrom(
      'a',
      'b',
      'ä',
      'k',
      'K',
      '\u212a',
      's',
      'ſ',
      'x',
      '€',
      '😀',
      '\n',
      '.',
      '1',
      'A',
    ),
    {
      maxLength: 6,
    },
  )
  .map((parts) => parts.join(''));

const attempt = <T>(make: () => T): T | undefined => {
  try {
    return make();
  } catch {
    return undefined;
  }
};

test('takes what RE2 takes, and refuses what RE2 refuses', () => {
  fc.assert(
    fc.property(pattern, fc.array(text, { minLength: 5, maxLength: 5 }), (written, texts) => {
      const mine = attempt(() => automatonOf(readPattern(written)));
      const theirs = attempt(() => RE2JS.compile(written));
      if (mine === undefined) return; // What is left out is in the test of the reader.
      expect(theirs, written).toBeDefined();
      for (const one of texts) {
        expect(accepts(mine, octets(one)), `${written} ${JSON.stringify(one)}`).toBe(
          theirs?.matches(one),
        );
      }
    }),
    runs(3_000),
  );
});

test('reads any octets and never throws anything but its own fault', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.string(), (written, value) => {
      try {
        accepts(automatonOf(readPattern(written)), octets(value));
      } catch (error) {
        expect(error).toBeInstanceOf(PatternFault);
      }
    }),
    runs(3_000),
  );
});

/** Table look-ups are counted by reading through a proxy: one an octet, whatever the pattern. */
test.each([
  '(a+)+b',
  '(a|aa)+b',
  '(a*)*b',
  '(.*a){8}b',
  '([a-z]+)*\\d',
  '(x+x+)+y',
  '(a?){20}a{20}',
])('%j costs one look-up an octet on 64 KB', (written) => {
  const automaton = attempt(() => automatonOf(readPattern(written)));
  if (automaton === undefined) return expect(() => readPattern(written)).toThrow(PatternFault);
  let looked = 0;
  const columnOf = new Proxy(automaton.columnOf, {
    get: (target, name) => {
      looked += 1;
      return target[name as unknown as number];
    },
  });
  for (const end of ['', 'b', '!']) {
    looked = 0;
    accepts({ ...automaton, columnOf }, `${'a'.repeat(65_536)}${end}`);
    expect(looked).toBeLessThanOrEqual(65_537);
  }
});
