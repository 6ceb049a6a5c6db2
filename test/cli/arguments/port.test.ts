import { expect, test } from 'vitest';
import { parsePorts } from '../../../src/cli/arguments/port.ts';

test.each([
  ['3000', 3000, undefined],
  ['3000:8080', 3000, 8080],
  ['1:65535', 1, 65_535],
])('--port %s is read', (text, local, remote) => {
  expect(parsePorts(text)).toEqual({ local, remote });
});

test.each([
  '',
  '0',
  '65536',
  '3000:',
  ':3000',
  '3000:0',
  '1:2:3',
  'x',
  '-1',
  '3e3',
  ' 3000',
  '1.5',
])('--port "%s" is a usage error', (text) => {
  expect(() => parsePorts(text)).toThrow(
    expect.objectContaining({ kind: 'usage', message: expect.stringContaining(`"${text}"`) }),
  );
});
