import { expect, test } from 'vitest';
import { readAssertion } from '../../../src/cli/assertion/read-assertion.ts';
import { assertionInWords } from '../../../src/cli/assertion/words.ts';

const now = Date.parse('2026-11-21T10:00:00Z');

test.each([
  [{}, 'at least 1 request'],
  [{ min: '2' }, 'at least 2 requests'],
  [{ max: '0' }, 'no requests'],
  [{ max: '3' }, 'at most 3 requests'],
  [{ min: '1', max: '1' }, 'exactly 1 request'],
  [{ min: '2', max: '5' }, '2 to 5 requests'],
  [{ path: '/x', status: '2xx,404' }, 'at least 1 request where path = "/x" and status is 2xx,404'],
  [
    { method: 'post', header: ['x-a: b'] },
    'at least 1 request where header x-a = "b" and method = "POST"',
  ],
])('%j asserts %s', (given, words) => {
  expect(assertionInWords(readAssertion(given, now))).toBe(words);
});

test('times: from when, and how long', () => {
  expect(readAssertion({}, now)).toMatchObject({ withinMs: 0, question: { since: null } });
  expect(readAssertion({ within: '0s' }, now).withinMs).toBe(0);
  expect(readAssertion({ within: '2m' }, now).withinMs).toBe(120_000);
  expect(readAssertion({ since: '30s' }, now).question.since).toBe(now - 30_000);
  expect(readAssertion({ since: '2026-11-21T09:00:00+01:00' }, now).question.since).toBe(
    now - 2 * 60 * 60 * 1000,
  );
});

test.each([
  [{ min: '-1' }, '--min takes a number'],
  [{ max: '1e9' }, '--max takes a number'],
  [{ min: '3', max: '2' }, '--min 3 is more than --max 2'],
  [{ status: '2x' }, '--status takes statuses'],
  [{ status: '600' }, '--status takes statuses'],
  [{ within: '2h' }, '--within takes a time'],
  [{ since: 'yesterday' }, '--since takes a time'],
  [{ path: 'x' }, '--path takes a path from its first slash on'],
  [{ path: '/x?y=1' }, '--path takes the path before "?"'],
  [{ header: ['a b: c'] }, 'names no header'],
  [{ header: ['auto'] }, 'Which key a request has is not asserted'],
  [{ match: 'key and method == "GET"' }, 'Which key a request has is not asserted'],
  [{ match: 'method = ' }, '--match'],
  [{ pathRegex: '(' }, "can't be used"],
])('%j is refused', (given, message) => {
  expect(() => readAssertion(given, now)).toThrow(message);
});
