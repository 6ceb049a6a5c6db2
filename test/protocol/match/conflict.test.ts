import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conflictBetween, isImpossible } from '../../src/protocol/conflict.ts';
import type { Predicate } from '../../src/protocol/match.ts';

const is = (header: string, equals: string): Predicate => ({ header, equals });
const has = (header: string): Predicate => ({ header, present: true });

test.each<[string, Predicate[], Predicate[], readonly string[] | undefined]>([
  ['the same', [is('a', '1')], [is('a', '1')], ['a: 1']],
  ['two values of one header', [is('a', '1')], [is('a', '2')], undefined],
  ['two headers', [is('a', '1')], [is('b', '2')], ['a: 1', 'b: #d4735e']],
  ['presence of two headers', [has('a')], [has('b')], ['a: anything', 'b: anything']],
  ['the narrower one goes first', [is('a', '1'), is('b', '2')], [is('a', '1')], undefined],
  ['a value is narrower than presence', [has('a')], [is('a', '1')], undefined],
  [
    'narrower in one, wider in another',
    [is('a', '1')],
    [has('a'), has('b')],
    ['a: 1', 'b: anything'],
  ],
  ['presence twice is presence', [has('a'), has('a')], [has('a')], ['a: anything']],
  ['an empty value', [is('a', '')], [is('b', '')], ['a: ', 'b: #e3b0c4']],
])('%s', (_, mine, theirs, lines) => {
  expect(conflictBetween(mine, theirs)?.lines).toEqual(lines);
});

test('a rule that asks one header for two values is impossible', () => {
  expect(isImpossible([is('a', '1'), is('a', '2')])).toBe(true);
  expect(isImpossible([is('a', '1'), has('a'), is('a', '1')])).toBe(false);
});

const header = fc.constantFrom('a', 'b', 'c');
const predicate: fc.Arbitrary<Predicate> = fc.oneof(
  fc.record({ header, equals: fc.constantFrom('1', '2') }),
  fc.record({ header, present: fc.constant(true as const) }),
);
const rule = fc.array(predicate, { minLength: 1, maxLength: 4 });

type Request = ReadonlyMap<string, string>;
const matches = (request: Request, predicates: readonly Predicate[]): boolean =>
  predicates.every((one) =>
    'equals' in one ? request.get(one.header) === one.equals : request.has(one.header),
  );

/** Every request that can tell two such rules apart. */
const requests: readonly Request[] = (() => {
  const values = [undefined, '1', '2', 'other'];
  const all = values.flatMap((a) => values.flatMap((b) => values.map((c) => ({ a, b, c }))));
  return all.map(
    (one) => new Map(Object.entries(one).filter((entry): entry is [string, string] => !!entry[1])),
  );
})();

test('agrees with trying every request, and its witness matches both', () => {
  fc.assert(
    fc.property(rule, rule, (mine, theirs) => {
      const both = requests.some((one) => matches(one, mine) && matches(one, theirs));
      const onlyMine = requests.some((one) => matches(one, mine) && !matches(one, theirs));
      const onlyTheirs = requests.some((one) => !matches(one, mine) && matches(one, theirs));
      const conflict = conflictBetween(mine, theirs);
      expect(conflict !== undefined).toBe(both && onlyMine === onlyTheirs);
      if (conflict === undefined) return;
      const witness = new Map(conflict.request.map(({ name, value }) => [name, value]));
      expect(matches(witness, mine) && matches(witness, theirs)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
