import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { readRequestHead } from '../../../../src/protocol/http1/request-head.ts';
import { keyOf } from '../../../../src/protocol/match/matcher.ts';
import { keyMissOf } from '../../../../src/protocol/match/near-miss/key-miss.ts';
import { hasTraceOfKey } from '../../../../src/protocol/match/near-miss/trace.ts';

const mine = 'abcdefghijklmnopqrstuvwxyz';
const other = 'b'.repeat(26);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const headOf = (lines: readonly string[], target = '/') => {
  const text = `GET ${target} HTTP/1.1\r\nHost: h\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
  const head = readRequestHead(Buffer.from(text, 'latin1'));
  if (head === undefined) throw new Error('incomplete');
  return head;
};

const missOf = (lines: readonly string[], target = '/', looked: string[] = []) => {
  const head = headOf(lines, target);
  return keyMissOf(head, keyOf(head), (hash) => {
    looked.push(hash);
    return hash === sha256(mine) ? 'me' : undefined;
  });
};

test.each<[readonly string[], string, string]>([
  [[`x-byway-id: ${mine.toUpperCase()}`], '/', 'wrong_case'],
  [[`x-byway-id: "${mine}"`], '/', 'blanks'],
  [[`x-byway-id: b`, `x-byway-id: ${mine}`], '/', 'several_lines'],
  [['x-byway-id: b', `baggage: byway=${mine}`], '/', 'hidden_by_header'],
  [[`baggage: byway=b,byway=${mine}`], '/', 'not_first'],
  [[`baggage: a=1;byway=${mine}`], '/', 'in_property'],
  [[`baggage: BYWAY=${mine}`], '/', 'name_case'],
  [[`tracestate: byway=${mine}`], '/', 'in_tracestate'],
  [[`baggage: a=${'x'.repeat(8190)},byway=${mine}`], '/', 'truncated'],
  [[`byway-id: ${mine}`], '/', 'wrong_carrier'],
  [[`cookie: theme=dark; x-byway-id=${mine}`], '/', 'wrong_carrier'],
  [[], `/cart?a=1&byway=${mine}`, 'wrong_carrier'],
])('%j on %s has the key of somebody here, but %s', (lines, target, reason) => {
  expect(missOf(lines, target)).toMatchObject({ owner: 'me', reason });
  expect(hasTraceOfKey(headOf(lines, target))).toBe(true);
});

test('of a key that nobody here has, its hash and its form are all that is known', () => {
  expect(missOf([`x-byway-id: ${other}`])).toEqual({
    reason: 'other_value',
    carrier: 'header',
    value: expect.stringMatching(/^#[0-9a-f]{6}$/),
    keySha256: sha256(other),
  });
  expect(missOf(['baggage: byway=k3yq%E2%80%A67fa'])).toMatchObject({
    reason: 'malformed',
    carrier: 'baggage',
    characters: expect.any(Number),
  });
  expect(missOf([`x-byway-id: ${mine.slice(0, 20)}`])).toMatchObject({
    reason: 'malformed',
    characters: 20,
  });
  expect(missOf([`baggage: a=${'x'.repeat(8190)},byway=${other}`])).toEqual({
    reason: 'truncated',
    carrier: 'baggage',
  });
});

test.each<[readonly string[], string]>([
  [[], '/'],
  [['baggage: region=eu', 'tracestate: vendor=1', 'cookie: a=b'], '/cart?page=2'],
])('%j on %s has no trace of a key and nothing to tell', (lines, target) => {
  expect(hasTraceOfKey(headOf(lines, target))).toBe(false);
  expect(missOf(lines, target)).toBeUndefined();
});

test('a flood of texts that look like keys costs a few hashes only', () => {
  const looked: string[] = [];
  const members = Array.from({ length: 170 }, (_, index) => {
    const digits = index.toString(2).padStart(26, '2').replaceAll('0', 'a').replaceAll('1', 'b');
    return `m${index}=${digits}`;
  });
  missOf([`baggage: ${members.join(',')}`], '/', looked);
  expect(looked.length).toBeLessThanOrEqual(32);
});
