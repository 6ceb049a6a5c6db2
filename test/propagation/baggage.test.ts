import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { baggageMember, parseBaggage } from '../../src/propagation/baggage.ts';

describe('members of W3C baggage', () => {
  test.each([
    ['one member', 'pr=12', [['pr', '12', '']]],
    [
      'several, with blanks around everything',
      ' a = 1 ,\tpr =\t12 ',
      [
        ['a', '1', ''],
        ['pr', '12', ''],
      ],
    ],
    [
      'properties',
      'pr=12;ttl=5; p2 ,z=9',
      [
        ['pr', '12', 'ttl=5; p2'],
        ['z', '9', ''],
      ],
    ],
    ['an empty value', 'pr=', [['pr', '', '']]],
    ['equals signs in a value', 'k=a=b==', [['k', 'a=b==', '']]],
    ['percent-encoding', 'k=%C3%A4%2Cb', [['k', 'ä,b', '']]],
    ['invalid UTF-8 behind percent signs', 'k=%FF', [['k', '\ufffd', '']]],
    ['a lone percent sign', 'k=50%', [['k', '50%', '']]],
    ['a key that looks encoded', 'a%2Db=1', [['a%2Db', '1', '']]],
    [
      'duplicates, in order',
      'k=1,j=0,k=2',
      [
        ['k', '1', ''],
        ['j', '0', ''],
        ['k', '2', ''],
      ],
    ],
    ['nothing', '', []],
    ['empty members', ',,a=1,,', [['a', '1', '']]],
    ['a member without equals sign', 'a,b=1', [['b', '1', '']]],
    ['a key that is no token', 'a b=1,"c"=2,d=3', [['d', '3', '']]],
  ] as const)('%s', (_, text, members) => {
    expect(
      parseBaggage(text).map(({ key, value, properties }) => [key, value, properties]),
    ).toEqual(members);
  });

  test('are read up to the 180th', () => {
    const text = Array.from({ length: 200 }, (_, index) => `k${index}=1`).join(',');
    expect(parseBaggage(text)).toHaveLength(180);
  });

  test('that the limit of 8192 characters cuts are not read, not even in part', () => {
    const filler = `a=${'x'.repeat(8192 - 2 - 1 - 'byway=abc'.length)}`;
    expect(baggageMember(`${filler},byway=abc`, 'byway')).toBe('abc');
    expect(baggageMember(`${filler},byway=abcd`, 'byway')).toBeUndefined();
    expect(baggageMember(`${filler},byway=abc,z=1`, 'byway')).toBe('abc');
  });

  test('come back as they were written, whatever surrounds them', () => {
    const name = fc.stringMatching(/^[a-z0-9._-]{1,12}$/);
    const blank = fc.stringMatching(/^[ \t]{0,3}$/);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(name, fc.string({ unit: 'grapheme' }), blank, blank), { maxLength: 20 }),
        (list) => {
          const text = list
            .map(
              ([key, value, before, after]) =>
                `${before}${key}${after}=${before}${encodeURIComponent(value)}${after}`,
            )
            .join(',');
          fc.pre(text.length <= 8192);
          expect(parseBaggage(text).map(({ key, value }) => [key, value])).toEqual(
            list.map(([key, value]) => [key, value]),
          );
        },
      ),
    );
  });
});

// The table "How baggage regexes go wrong": what a regular expression over the text gets wrong.
test.each([
  ['pr=12', true],
  ['pr=123', false],
  ['xpr=12', false],
  ['a=1;pr=12', false],
  ['q=pr=12', false],
  ['pr = 12', true],
  ['pr=12;ttl=5,z=1', true],
  ['PR=12', false],
  ['pr=%31%32', true],
  ['pr=', false],
  ['a=1,pr=12', true],
])('baggage %s has pr=12: %s', (text, expected) => {
  expect(baggageMember(text, 'pr') === '12').toBe(expected);
});
