import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Rates } from '../../../src/manager/tunnels/rates.ts';

test('what is saved up goes at once, then so many a second', () => {
  const rates = new Rates({ perSecond: 2, burst: 3, keysMax: 10 });
  const taken = [0, 0, 0, 0, 400, 500, 500, 10_000].map((now) => rates.take('ada', now));
  expect(taken).toEqual([true, true, true, false, false, true, false, true]);
});

test('each key has its own pace', () => {
  const rates = new Rates({ perSecond: 1, burst: 1, keysMax: 10 });
  expect([rates.take('ada', 0), rates.take('ada', 0), rates.take('mia', 0)]).toEqual([
    true,
    false,
    true,
  ]);
});

test('no more keys are remembered than allowed; the first seen goes', () => {
  const rates = new Rates({ perSecond: 0, burst: 1, keysMax: 2 });
  for (const key of ['a', 'b', 'c']) expect(rates.take(key, 0)).toBe(true);
  expect([rates.take('c', 0), rates.take('b', 0), rates.take('a', 0)]).toEqual([
    false,
    false,
    true,
  ]);
});

test('never more than the burst and what time has brought', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (pauses) => {
      const rates = new Rates({ perSecond: 5, burst: 7, keysMax: 1 });
      let now = 0;
      let taken = 0;
      for (const pause of pauses) {
        now += pause;
        if (rates.take('ada', now)) taken += 1;
      }
      expect(taken).toBeLessThanOrEqual(7 + (now / 1000) * 5);
    }),
  );
});
