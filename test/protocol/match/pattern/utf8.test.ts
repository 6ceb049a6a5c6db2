import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accepts, automatonOf } from '../../../../src/protocol/match/pattern/automaton.ts';
import { runs } from '../runs.ts';

// Where encodings change their length or a group of six bits is full.
const corner = fc.constantFrom(
  ...[0, 0x7f, 0x80, 0xbf, 0xc0, 0x7ff, 0x800, 0xfff, 0x1000, 0xd7ff, 0xe000, 0xffff, 0x1_0000],
  ...[0x3_ffff, 0x4_0000, 0xf_ffff, 0x10_0000, 0x10_ffff],
);
const point = fc
  .oneof(corner, fc.integer({ min: 0, max: 0x10_ffff }))
  .chain((near) => fc.integer({ min: Math.max(near - 2, 0), max: Math.min(near + 2, 0x10_ffff) }))
  .filter((one) => one < 0xd800 || one > 0xdfff);

test('a set accepts the encodings of its code points and of no other', () => {
  fc.assert(
    fc.property(
      point,
      point,
      fc.array(point, { minLength: 5, maxLength: 5 }),
      (one, two, others) => {
        const [first, last] = [Math.min(one, two), Math.max(one, two)];
        const automaton = automatonOf({ type: 'set', ranges: [[first, last]] });
        for (const other of [first, last, ...others]) {
          const octets = Buffer.from(String.fromCodePoint(other), 'utf8').toString('latin1');
          expect(accepts(automaton, octets), `${other} in ${first}-${last}`).toBe(
            other >= first && other <= last,
          );
        }
      },
    ),
    runs(2_000),
  );
});
