import { expect, test } from 'vitest';
import { type GuardArguments, readGuards } from '../../../src/cli/arguments/guards.ts';

test.each<[GuardArguments, unknown]>([
  [{}, undefined],
  [{ whenSlow: 'wait' }, undefined],
  [{ localTimeout: '30s' }, { localTimeoutMs: 30_000, whenSlow: 'pod' }],
  [{ localTimeout: '250ms' }, { localTimeoutMs: 250, whenSlow: 'pod' }],
  [
    { localTimeout: '2m', whenSlow: '504' },
    { localTimeoutMs: 120_000, whenSlow: '504' },
  ],
  [
    { localTimeout: '2m', whenSlow: 'wait' },
    { localTimeoutMs: 120_000, whenSlow: 'wait' },
  ],
  [{ whenDown: 'error' }, { whenDown: 'error' }],
  [
    { maxInFlight: '1', maxRps: '10000' },
    { maxInFlight: 1, maxRps: 10_000 },
  ],
])('%j is read', (given, guards) => expect(readGuards(given)).toEqual(guards));

test.each<[GuardArguments, string]>([
  [{ whenSlow: 'pod' }, '--when-slow pod needs to know what is slow.'],
  [{ localTimeout: '1s', whenSlow: '503' }, '--when-slow takes wait or pod or 504, not "503".'],
  [{ whenDown: '' }, '--when-down takes pod or error, not "".'],
  [{ localTimeout: '30' }, '--local-timeout takes a time such as'],
  [{ localTimeout: '0ms' }, '--local-timeout takes a time such as'],
  [{ localTimeout: '2d' }, 'at most 1d'],
  [{ maxInFlight: '0' }, '--max-in-flight takes a number from 1 to 10000, not "0".'],
  [{ maxRps: '1e3' }, '--max-rps takes a number from 1 to 10000, not "1e3".'],
])('%j is a usage error', (given, message) => {
  expect(() => readGuards(given)).toThrow(
    expect.objectContaining({ kind: 'usage', message: expect.stringContaining(message) }),
  );
});
