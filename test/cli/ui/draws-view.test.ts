import { expect, test } from 'vitest';
import { createIo } from '../../../src/cli/io.ts';
import { drawsView, type ViewFlags } from '../../../src/cli/ui/draws-view.ts';

type Place = {
  readonly stdin?: boolean;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
};

const draws = (
  place: Place = {},
  flags: ViewFlags & { readonly input?: boolean } = {},
): boolean => {
  const { stdin = true, stdout = true, stderr = true, environment = {} } = place;
  const all = { TERM: 'xterm', ...environment };
  const io = createIo(
    {
      stdin: { isTTY: stdin } as NodeJS.ReadStream,
      stdout: { isTTY: stdout, write: () => true },
      stderr: { isTTY: stderr, write: () => true },
    },
    all,
  );
  return drawsView({ io, environment: all }, flags);
};

test('a person at all three streams gets the view', () => {
  expect(draws()).toBe(true);
  expect(draws({ environment: { CI: 'false' } })).toBe(true);
});

test.each([
  ['input from a pipe', { stdin: false }],
  ['output to a file', { stdout: false }],
  ['errors to a file', { stderr: false }],
  ['a terminal that only prints', { environment: { TERM: 'dumb' } }],
  ['a service that builds', { environment: { CI: '1' } }],
] as const)('%s: none', (_, place) => {
  expect(draws(place)).toBe(false);
});

test.each([{ json: true }, { plain: true }, { ci: true }, { detach: true }])(
  '%j: none',
  (flags) => {
    expect(draws({}, flags)).toBe(false);
  },
);

test('while somebody draws, messages for people go there', () => {
  const written: string[] = [];
  const taken: string[] = [];
  const output = { write: (text: string) => written.push(text) };
  const io = createIo({ stdin: process.stdin, stdout: output, stderr: output }, {});
  io.divert((text) => taken.push(text));
  io.warn('drawn over');
  io.print('data');
  io.divert(undefined);
  io.say('after');
  expect([taken, written]).toEqual([['drawn over'], ['data\n', 'after\n']]);
});
