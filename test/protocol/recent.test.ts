import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Happening, Recent } from '../../src/protocol/recent.ts';

const limits = { each: 4, all: 10, ageMs: 100 };
const names = ['a', 'b', 'c', 'd', 'e'];

test('whatever happens, it stays within its limits and in order', () => {
  const happenings = fc.array(
    fc.record({ name: fc.constantFrom(...names), kind: fc.constantFrom('x', 'y', 'z') }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(happenings, (all) => {
      const recent = new Recent<Happening>(limits);
      for (const [at, { name, kind }] of all.entries()) recent.add(name, { at, kind });
      const kept = names.map((name) => recent.of(name, all.length));
      expect(recent.size).toBe(kept.flat().length);
      expect(recent.size).toBeLessThanOrEqual(limits.all);
      for (const items of kept) {
        expect(items.length).toBeLessThanOrEqual(limits.each);
        expect([...items]).toEqual([...items].sort((one, other) => one.at - other.at));
      }
    }),
  );
});

test('what happens all the time does not hide what happened once', () => {
  const recent = new Recent<Happening>(limits);
  recent.add('a', { at: 0, kind: 'rare' });
  for (let at = 1; at < 50; at++) recent.add('a', { at, kind: 'often' });
  expect(recent.of('a', 50).map(({ at, kind }) => `${kind} ${at}`)).toEqual([
    'rare 0',
    'often 47',
    'often 48',
    'often 49',
  ]);
});

test('what is too old is not there, and is forgotten when asked to', () => {
  const recent = new Recent<Happening>(limits);
  recent.add('a', { at: 0, kind: 'x' });
  recent.add('a', { at: 60, kind: 'x' });
  recent.add('b', { at: 60, kind: 'x' });
  expect(recent.of('a', 99)).toHaveLength(2);
  expect(recent.of('a', 100)).toHaveLength(1);
  expect(recent.expire(100)).toEqual(['a']);
  expect(recent.size).toBe(2);
  recent.forget('a');
  expect(recent.size).toBe(1);
  expect(recent.expire(160)).toEqual(['b']);
  expect([...recent.names()]).toEqual([]);
});
