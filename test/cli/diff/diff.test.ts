import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareAnswers } from '../../../src/cli/diff/compare-answers.ts';
import { compareJson } from '../../../src/cli/diff/compare-json.ts';
import { compareLines } from '../../../src/cli/diff/compare-lines.ts';
import { comparisonText } from '../../../src/cli/diff/comparison-text.ts';
import { readIgnore } from '../../../src/cli/diff/ignore-rules.ts';
import { plainPaint } from '../../../src/cli/paint.ts';
import { readJsonRule } from '../../../src/cli/recorder/redaction/json-rule.ts';
import { answerOf, viewOfBytes } from '../export/view.ts';

const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

const compared = async (local: string, cluster: string, ignore: readonly string[] = []) => {
  const [mine, pods] = await Promise.all([
    viewOfBytes(request, local),
    viewOfBytes(request, cluster),
  ]);
  return compareAnswers(mine, pods, readIgnore(ignore));
};

test.each([
  ['{"a":1,"b":2}', '{"b":2,"a":1}'],
  ['{"a":1.0}', '{"a":1}'],
  ['[1e2,"\\u0061"]', '[100,"a"]'],
  ['{"a":{}}', '{ "a" : { } }'],
  ['12345678901234567890', '12345678901234567890'],
])('JSON %s is %s', (left, right) => {
  expect(compareJson(left, right, [])).toEqual([]);
});

test.each([
  ['{"a":1}', '{"a":2}', '$.a', '1', '2'],
  ['{"a":"1"}', '{"a":1}', '$.a', '"1"', '1'],
  ['{"a":1}', '{}', '$.a', '1', null],
  ['[1,2]', '[1,2,3]', '$[2]', null, '3'],
  ['{"a":[{"b c":true}]}', '{"a":[{"b c":false}]}', '$.a[0]["b c"]', 'true', 'false'],
  [
    '12345678901234567890',
    '12345678901234567891',
    '$',
    '12345678901234567890',
    '12345678901234567891',
  ],
  ['{"a":null}', '{"a":0}', '$.a', 'null', '0'],
])('JSON %s differs from %s at %s', (left, right, path, local, cluster) => {
  expect(compareJson(left, right, [])).toContainEqual({ path, local, cluster });
});

test('a JSON value is never different from itself, and ignored places never differ', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(compareJson(text, text, [])).toEqual([]);
    }),
  );
  const rules = ['$.at', '$.items[*].id'].map(readJsonRule);
  const left = '{"at":1,"items":[{"id":1,"n":1}]}';
  expect(compareJson(left, '{"at":{"x":2},"items":[{"id":9,"n":1}]}', rules)).toEqual([]);
  expect(compareJson('{"a"', '{"a":1}', [])).toBeUndefined();
});

test('lines are compared as they stand, and give each text back', () => {
  expect(compareLines('a\nb\nc', 'a\nx\nc')).toEqual([
    { side: 'local', line: 2, text: 'b' },
    { side: 'cluster', line: 2, text: 'x' },
  ]);
  expect(compareLines('a\r\nb', 'a\nb')).toEqual([]);
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
  fc.assert(
    fc.property(text, text, (left, right) => {
      const found = compareLines(left.join('\n'), right.join('\n'));
      const without = (lines: readonly string[], side: string): readonly string[] => {
        const gone = new Set(found.filter((one) => one.side === side).map(({ line }) => line));
        return (lines.length === 0 ? [''] : lines).filter((_, index) => !gone.has(index + 1));
      };
      expect(without(left, 'local')).toEqual(without(right, 'cluster'));
    }),
  );
  const long = 'x\n'.repeat(5_000);
  expect(compareLines(`${long}a${'\ny'.repeat(5_000)}`, `b\n${'z\n'.repeat(5_000)}`).length).toBe(
    15_003,
  );
});

test('status, headers that mean something, and content that is no text', async () => {
  const local = answerOf('\0a', 'image/png').replace('200 OK', '201 Created\r\nX-A: 1\r\nDate: a');
  const cluster = answerOf('\0b', 'image/png').replace(
    '200 OK',
    '200 OK\r\nDate: b\r\nx-envoy-y: 1',
  );
  const { same, differences } = await compared(local, cluster);
  expect(same).toBe(false);
  expect(differences).toEqual([
    { in: 'status', local: 201, cluster: 200 },
    { in: 'header', name: 'x-a', local: '1', cluster: null },
    { in: 'body', local: expect.stringMatching(/^binary, 2 bytes/), cluster: expect.any(String) },
  ]);
  expect((await compared(local, cluster, ['header:X-A'])).differences).toHaveLength(2);
  expect((await compared(local, local)).same).toBe(true);
});

test('hidden values count as the same, and what was cut is said', async () => {
  const secret = (value: string) => answerOf(`{"token":"${value}"}`);
  expect((await compared(secret('planted-1'), secret('planted-2'))).same).toBe(true);
  const long = await compared(
    answerOf('x'.repeat(300_000), 'text/plain'),
    answerOf('y', 'text/plain'),
  );
  expect(long).toMatchObject({ same: false, truncated: true });
  expect(comparisonText(long, plainPaint)).toContain('Only the first part of a body was kept');
});

test('the drawing is safe for a terminal, short, and names each place', async () => {
  const json = await compared(answerOf('{"a":1}'), answerOf(`{"a":"${'x'.repeat(900)}"}`));
  expect(comparisonText(json, plainPaint)).toContain('  $.a\n-   "xxx');
  const found = await compared(answerOf('a\u001b[31m', 'text/plain'), answerOf('b', 'text/plain'));
  const text = comparisonText(found, plainPaint);
  expect(text).toContain('\ufffd[31m');
  expect(text).not.toContain('\u001b');
  expect(
    Math.max(
      ...comparisonText(json, plainPaint)
        .split('\n')
        .map((line) => line.length),
    ),
  ).toBeLessThan(220);
  const many = await compared(
    answerOf(`[${'1,'.repeat(900)}1]`),
    answerOf(`[${'2,'.repeat(900)}2]`),
  );
  expect(many).toMatchObject({ count: 901, differences: { length: 500 } });
  expect(comparisonText(many, plainPaint)).toContain('… and 801 more');
});

test.each(['x', 'header:', 'json:$', 'status'])('--ignore %s is refused', (item) => {
  expect(() => readIgnore([item])).toThrow(/nothing that can be ignored|is no place/);
});
