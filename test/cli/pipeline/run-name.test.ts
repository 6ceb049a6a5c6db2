import { expect, test } from 'vitest';
import { namedRun, runOf } from '../../../src/cli/pipeline/run-name.ts';

test.each([
  [{}, 'ci'],
  [{ GITHUB_RUN_ID: '7', GITHUB_RUN_ATTEMPT: '2' }, 'github-7-2'],
  [{ GITHUB_RUN_ID: '7' }, 'github-7'],
  [{ CI_JOB_ID: '99' }, 'gitlab-99'],
  [{ BUILD_NUMBER: 'a b\n::error::x' }, 'jenkins-a-b---error--x'],
  [{ BUILD_NUMBER: 'x'.repeat(500) }, `jenkins-${'x'.repeat(52)}`],
])('a run in %j is called after %s, and no two are the same', (environment, label) => {
  const runs = [runOf(environment), runOf(environment)];
  for (const run of runs) expect(run).toMatch(new RegExp(`^${label}-[a-z2-7]{16}$`));
  expect(runs[0]).not.toBe(runs[1]);
  expect(namedRun({ BYWAY_RUN: runs[0] })).toBe(runs[0]);
});

test('BYWAY_RUN wins, and must be a name', () => {
  expect(runOf({ BYWAY_RUN: 'nightly', GITHUB_RUN_ID: '7' })).toBe('nightly');
  expect(namedRun({ BYWAY_RUN: '' })).toBeUndefined();
  for (const run of ['a b', 'a/b', '-a', 'a\n', 'x'.repeat(101)]) {
    expect(() => namedRun({ BYWAY_RUN: run })).toThrow('BYWAY_RUN names a run');
  }
});
