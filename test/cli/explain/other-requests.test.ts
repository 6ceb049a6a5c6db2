import { expect, test } from 'vitest';
import { harRequest } from '../../../src/cli/explain/har-request.ts';
import { plainRequest } from '../../../src/cli/explain/plain-request.ts';
import { rawRequest } from '../../../src/cli/explain/raw-request.ts';
import { recordedRequest } from '../../../src/cli/explain/recorded-request.ts';

const usage = (message: string) =>
  expect.objectContaining({ kind: 'usage', message: expect.stringContaining(message) });

const entry = (url: string, more: object = {}) => ({
  startedDateTime: '2026-11-21T10:00:00Z',
  request: {
    method: 'GET',
    url,
    httpVersion: 'HTTP/2',
    headers: [
      { name: ':authority', value: 'shop.example' },
      { name: ':path', value: '/x' },
      { name: 'x-tenant', value: 'acmé' },
      { name: 'x-tenant', value: 'second' },
    ],
    cookies: [{ name: 'session', value: 'abc' }],
    ...more,
  },
});
const har = (...entries: readonly object[]): string =>
  JSON.stringify({ log: { version: '1.2', creator: {}, entries } });

test('a HAR entry becomes the request that was sent', () => {
  const text = har(entry('https://shop.example/cart?x=1#part'));
  expect(harRequest(text, undefined)).toEqual({
    method: 'GET',
    target: '/cart?x=1',
    headers: [
      ['Host', 'shop.example'],
      ['x-tenant', 'acm\xc3\xa9'],
      ['x-tenant', 'second'],
      ['Cookie', 'session=abc'],
    ],
  });
  const headers = [
    { name: 'Host', value: 'other' },
    { name: 'cookie', value: 'own=1' },
  ];
  expect(harRequest(har(entry('http://h/', { headers })), 1).headers).toEqual([
    ['Host', 'other'],
    ['cookie', 'own=1'],
  ]);
});

test('of several entries one is chosen, and the choice is listed', () => {
  const text = har(entry('http://h/1'), entry('http://h/2'));
  expect(harRequest(text, 2).target).toBe('/2');
  expect(() => harRequest(text, undefined)).toThrow(
    expect.objectContaining({
      message: 'It has 2 entries. Which one?',
      hint: '--entry 1   GET http://h/1\n--entry 2   GET http://h/2',
    }),
  );
  expect(() => harRequest(text, 3)).toThrow(usage('It has no entry 3'));
  expect(() => harRequest(har(), undefined)).toThrow(usage('has no entry'));
});

test.each(['', '{', '[]', '{"log":{}}', '{"log":{"entries":[{"request":{"method":1}}]}}'])(
  '%j is no HAR file',
  (text) => {
    expect(() => harRequest(text, undefined)).toThrow(usage('That is no HAR file'));
  },
);

const raw = (text: string) => rawRequest(Buffer.from(text, 'latin1'));

test.each([
  'GET /a HTTP/1.1\r\nHost: h\r\nX-A: \xe9 \r\n\r\n',
  'GET /a HTTP/1.1\nHost: h\nX-A: \xe9\n\nbody\n\nmore',
  'GET /a HTTP/1.1\nHost: h\nX-A: \xe9',
  '\r\nGET /a HTTP/1.1\r\nHost: h\r\nX-A:\t\xe9\r\n',
])('%j is read as it was written', (text) => {
  expect(raw(text)).toEqual({
    method: 'GET',
    target: '/a',
    headers: [
      ['Host', 'h'],
      ['X-A', '\xe9'],
    ],
  });
});

test.each([
  ['GET /a HTTP/1.1\nX-A: 1', 'that an agent would let through'],
  ['GET /a b HTTP/1.1\nHost: h', 'that an agent would let through'],
  ['', 'that an agent would let through'],
  [`GET / HTTP/1.1\nHost: h\nA: ${'x'.repeat(70_000)}`, 'that an agent would let through'],
])('%.30j is refused', (text, message) => {
  expect(() => raw(text)).toThrow(usage(message));
});

test('METHOD URL, URL, and a path without a host', () => {
  expect(plainRequest(['POST', 'shop/a'], ['X-A: b: c'])).toEqual({
    method: 'POST',
    target: '/a',
    headers: [
      ['Host', 'shop'],
      ['X-A', 'b: c'],
    ],
  });
  expect(plainRequest(['shop'], [])).toMatchObject({ method: 'GET', target: '/' });
  expect(plainRequest(['GET', '/a?b'], [])).toEqual({ method: 'GET', target: '/a?b', headers: [] });
  expect(() => plainRequest(['GET', 'a', 'b'], [])).toThrow(usage('nothing behind it: "b"'));
  expect(() => plainRequest(['GET', '/'], ['nonsense'])).toThrow(usage('no colon'));
});

test('a recorded request is one like any other', () => {
  const headers = [
    [':authority', 'shop'],
    ['host', 'shop'],
    ['x-a', 'é'],
  ] as const;
  expect(recordedRequest({ startLine: 'GET /a?b HTTP/1.1', headers })).toEqual({
    method: 'GET',
    target: '/a?b',
    headers: [
      ['host', 'shop'],
      ['x-a', '\xc3\xa9'],
    ],
  });
  expect(() => recordedRequest({ startLine: '', headers })).toThrow(usage('was not recorded'));
});
