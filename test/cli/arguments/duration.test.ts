import { expect, test } from 'vitest';
import { parseDuration } from '../../../src/cli/arguments/duration.ts';

const day = 86_400;

test.each([
  ['1s', 1],
  ['90s', 90],
  ['45m', 2700],
  ['8h', 28_800],
  ['1d', day],
  ['24h', day],
])('--for %s is %i seconds', (text, seconds) => {
  expect(parseDuration(text, day)).toBe(seconds);
});

test.each(['', '0s', '45', '45 m', '-1m', '1.5h', '2d', '25h', '1w', '1h30m', '99999999999s', 'M'])(
  '--for "%s" is a usage error that names the most there is',
  (text) => {
    expect(() => parseDuration(text, day)).toThrow(
      expect.objectContaining({ kind: 'usage', message: expect.stringContaining('at most 1d') }),
    );
  },
);
