import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shellWords } from '../../../src/cli/explain/shell-words.ts';

test.each<[string, readonly string[]]>([
  ['curl a b', ['curl', 'a', 'b']],
  ['curl  \t a', ['curl', 'a']],
  [String.raw`curl 'a b' "c d" e\ f`, ['curl', 'a b', 'c d', 'e f']],
  [String.raw`curl "a \"b\" \\ \$x \q"`, ['curl', String.raw`a "b" \ $x \q`]],
  [String.raw`curl 'a\nb'`, ['curl', String.raw`a\nb`]],
  [String.raw`curl $'a\nb\t\'c\' \x41\u00e9\101\q'`, ['curl', "a\nb\t'c' A\u00e9A\\q"]],
  ['curl $"a"', ['curl', 'a']],
  ["curl ''", ['curl', '']],
  ["curl 'it'\\''s'", ['curl', "it's"]],
  ['curl \\\n  -H a \\\r\n  b', ['curl', '-H', 'a', 'b']],
  ['curl "a\\\nb"', ['curl', 'ab']],
  ['\n\n  curl a\nsecond command', ['curl', 'a']],
  ['# as it was sent\ncurl a', ['curl', 'a']],
  ['curl a | jq .', ['curl', 'a']],
  ['curl a ; ls', ['curl', 'a']],
  ['curl a > file', ['curl', 'a']],
  ['curl a && ls', ['curl', 'a']],
  ['curl http://h/#part', ['curl', 'http://h/#part']],
  ['curl cost$ "5$" $', ['curl', 'cost$', '5$', '$']],
  ['', []],
])('%j', (text, words) => {
  expect(shellWords(text)).toEqual(words);
});

test.each([
  ["curl 'a", "A ' is never closed."],
  ['curl "a', 'A " is never closed.'],
  ["curl $'a", "A $' is never closed."],
  ['curl $TOKEN', '$TOKEN is a variable'],
  ['curl "x $TOKEN"', '$TOKEN is a variable'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what a shell reads
  ['curl "${TOKEN}"', 'is a variable'],
  ['curl $(cat key)', '$(…) would be run'],
  ['curl `cat key`', '`…` would be run'],
  ['curl http://h/?a=1&b=2', 'An & outside quotes'],
  [`curl ${'a'.repeat(256 * 1024)}`, 'longer than'],
])('%.40j is refused with words', (text, message) => {
  expect(() => shellWords(text)).toThrow(
    expect.objectContaining({ kind: 'usage', message: expect.stringContaining(message) }),
  );
});

test('any text ends, as words or with a usage error', () => {
  const piece = fc.constantFrom('a', "'", '"', '\\', '$', '`', '\n', ' ', '|', '#', "$'", '&', '{');
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece).map((pieces) => pieces.join('')),
      ),
      (text) => {
        try {
          expect(Array.isArray(shellWords(text))).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ kind: 'usage' });
        }
      },
    ),
    { numRuns: 3_000 },
  );
});

test.skipIf(process.platform === 'win32')('a shell cuts the same words', () => {
  const piece = fc.constantFrom(
    ...[
      'a',
      'B c',
      "'q r'",
      '"d q"',
      String.raw`\ `,
      String.raw`"\"\\\q"`,
      "''",
      '\\\n',
      ' ',
      '\t',
    ],
    ...[String.raw`'\'`, 'é', "'é'", '-H', '#x'],
  );
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), (pieces) => {
      const text = `curl ${pieces.join('')}`;
      const script = `curl() { for word in curl "$@"; do printf '%s\\0' "$word"; done; }\n${text}\n`;
      const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
      expect(shellWords(text)).toEqual(stdout.split('\0').slice(0, -1));
    }),
    { numRuns: 60 },
  );
});
