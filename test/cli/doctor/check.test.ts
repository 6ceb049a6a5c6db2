import { expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.ts';
import { pass, runChecks } from '../../../src/cli/doctor/check.ts';

test('checks run at once, and each ends: with its answer, its error, or its time', async () => {
  let meet = (): void => {};
  const both = new Promise<void>((resolve) => {
    meet = resolve;
  });
  const findings = await runChecks(
    [
      { name: 'first', run: async () => both.then(() => pass('met')) },
      {
        name: 'second',
        run: async () => {
          meet();
          return pass('met, too');
        },
      },
      {
        name: 'broken',
        run: () => Promise.reject(new UserError('It broke.\nmore', { hint: 'mend it' })),
      },
      { name: 'endless', run: () => new Promise(() => {}) },
    ],
    50,
  );
  expect(findings).toEqual([
    { name: 'first', verdict: 'pass', detail: 'met' },
    { name: 'second', verdict: 'pass', detail: 'met, too' },
    { name: 'broken', verdict: 'fail', detail: 'It broke.', advice: 'mend it' },
    expect.objectContaining({ name: 'endless', verdict: 'fail' }),
  ]);
});
