import * as v from 'valibot';
import { expect, test } from 'vitest';
import { ExpressionFault } from '../../../src/protocol/match/expression/fault.ts';
import { parseExpression } from '../../../src/protocol/match/expression/parse.ts';
import { printMatch } from '../../../src/protocol/match/expression/print.ts';
import { sentenceOf } from '../../../src/protocol/match/sentence.ts';
import { type Match, matchSchema } from '../../../src/protocol/match.ts';

const acme = { header: 'x-tenant', equals: 'acme' } as const;
const health = { on: 'path', prefix: '/health' } as const;

test.each<[string, Match, string]>([
  [
    'header("x-tenant") == "acme" and not path.startsWith("/health")',
    { all: [acme, { not: health }] },
    'requests whose header x-tenant is "acme" and whose path does not start with "/health"',
  ],
  ['true', { all: [] }, 'every request'],
  ['key', { key: 'personal' }, 'requests with your key'],
  [
    'key and (path == "/a" or cookie("s"))',
    {
      key: 'personal',
      all: [
        {
          any: [
            { on: 'path', equals: '/a' },
            { cookie: 's', present: true },
          ],
        },
      ],
    },
    'requests with your key (whose path is "/a" or whose cookie s is there)',
  ],
  [
    'not (header("x-tenant") == "acme" and path.startsWith("/health"))',
    { all: [{ not: { all: [acme, health] } }] },
    'requests for which not (whose header x-tenant is "acme" and whose path starts with "/health")',
  ],
  [
    'header("x-tenant") != "acme" or query("a b").endsWith("z")',
    { all: [{ any: [{ not: acme }, { query: 'a b', suffix: 'z' }] }] },
    'requests (whose header x-tenant is not "acme" or whose query parameter a b ends with "z")',
  ],
  [
    'grpc.service == "shop.Cart" and grpc.method.matches("(Add|Get).*")',
    {
      all: [
        { on: 'grpc.service', equals: 'shop.Cart' },
        { on: 'grpc.method', matches: '(Add|Get).*' },
      ],
    },
    'requests whose gRPC service is "shop.Cart" and whose gRPC method matches "(Add|Get).*"',
  ],
  [
    'baggage("t").contains("\\"\\\\") and method == "GET" and host == "h"',
    {
      all: [
        { baggage: 't', contains: '"\\' },
        { on: 'method', equals: 'GET' },
        { on: 'host', equals: 'h' },
      ],
    },
    'requests whose baggage member t contains "\\"\\\\" and whose method is "GET" and whose host is "h"',
  ],
])('%s', (text, match, sentence) => {
  expect(parseExpression(text)).toEqual(match);
  expect(printMatch(match)).toBe(text);
  expect(v.parse(matchSchema, match)).toEqual(match);
  expect(sentenceOf(match)).toBe(sentence);
});

test.each<[string, string]>([
  ["header('X-Tenant')=='acme'", 'header("x-tenant") == "acme"'],
  ['header("a") in ["1"]', 'header("a") == "1"'],
  ['header("a") in ["1", "2"]', 'header("a") == "1" or header("a") == "2"'],
  ['path.matches(`/v\\d+`)', 'path.matches("/v\\\\d+")'],
  [
    '((header("a")) and (header("b") and header("c")))',
    'header("a") and header("b") and header("c")',
  ],
  ['not not header("a")', 'header("a")'],
  ['header("a") or header("b") and header("c")', 'header("a") or header("b") and header("c")'],
  ['(header("a") or header("b")) and header("c")', '(header("a") or header("b")) and header("c")'],
])('%s is read as %s', (text, printed) => {
  expect(printMatch(parseExpression(text))).toBe(printed);
});

test.each<[string, string, number, string]>([
  ['header("a") = "1"', '= is not known', 12, 'write =='],
  ['header("a") === "1"', '=== is not known', 12, 'write =='],
  ['header("a") && path', '&& is not known', 12, 'write and'],
  ['header("a") || path', '|| is not known', 12, 'write or'],
  ['!header("a")', '! is not known', 0, 'write not'],
  ['path =~ "/a.*"', '=~ is not known', 5, 'write .matches("…")'],
  ['path ^= "/a"', '^= is not known', 5, '.startsWith'],
  ['header(“a”)', '“ is not known', 7, '"'],
  ['(header("a")', 'never closed', 0, 'add )'],
  ['header("a"))', "can't stand here", 11, ''],
  ['header("x tenant") == "a"', "can't be the name of a header", 7, '"x-tenant"?'],
  ['header(x-tenant) == "a"', 'stands in quotes', 7, '"x-tenant"'],
  ['header == "a"', 'header needs a name', 7, 'header("…")'],
  ['path', 'path needs a value', 4, 'path == "…"'],
  ['path == /a', 'means nothing here', 8, 'quotes'],
  ['path.startswith("/a")', 'there is no .startswith', 5, 'startsWith?'],
  ['path.begins("/a")', 'there is no .begins', 5, 'startsWith, endsWith, contains, matches'],
  ['heder("a")', 'is nothing of a request', 0, 'header?'],
  ['header("a") AND path == "/"', "AND can't stand here", 12, 'and?'],
  ['path == "a', 'never closed', 8, 'end it with "'],
  ['path.matches("\\d+")', 'means nothing in a string', 14, 'backquotes'],
  ['key or header("a")', 'must hold for the whole rule', 0, 'key and'],
  ['not key', 'must hold for the whole rule', 4, 'key and'],
  ['header("a") in "1"', 'in needs a list', 15, 'in ["a", "b"]'],
  ['grpc.stream == "a"', 'grpc has no stream', 5, 'grpc.service'],
  ['header("a") and', 'something is missing', 15, 'a condition'],
  ['', 'something is missing', 0, 'a condition'],
  [`${'('.repeat(51)}path == "/"${')'.repeat(51)}`, 'more than 50 brackets', 50, ''],
  [' '.repeat(8193), 'longer than 8192', 0, ''],
])('%s points at what is wrong', (text, message, at, suggestion) => {
  const fault = (() => {
    try {
      return parseExpression(text);
    } catch (error) {
      return error;
    }
  })();
  expect(fault).toBeInstanceOf(ExpressionFault);
  expect(fault).toMatchObject({ message: expect.stringContaining(message), at });
  expect((fault as ExpressionFault).suggestion ?? '').toContain(suggestion);
});

const nested = (depth: number): unknown => (depth === 0 ? acme : { not: nested(depth - 1) });

test.each<[string, unknown]>([
  ['nested too deep', { all: [nested(20)] }],
  ['nested far too deep', { all: [nested(5_000)] }],
  [
    'too many in all',
    { all: Array.from({ length: 4 }, () => ({ any: Array.from({ length: 5 }, () => acme) })) },
  ],
  ['two operators', { all: [{ header: 'a', equals: '1', prefix: '2' }] }],
  ['two subjects', { all: [{ header: 'a', cookie: 'b', equals: '1' }] }],
  ['an empty list', { all: [{ any: [] }] }],
  ['an empty prefix', { all: [{ on: 'path', prefix: '' }] }],
  ['presence of what is always there', { all: [{ on: 'path', present: true }] }],
  ['a pattern of 513 characters', { all: [{ on: 'path', matches: 'a'.repeat(513) }] }],
  ['a line break', { all: [{ header: 'a', equals: '1\r\nx: y' }] }],
])('JSON with %s is refused', (_, match) => {
  expect(v.safeParse(matchSchema, match).success).toBe(false);
});

test('JSON as it was before is read as it was', () => {
  const match = {
    all: [
      { header: 'X-A', equals: '1' },
      { header: 'b', present: true },
    ],
  };
  expect(v.parse(matchSchema, match)).toEqual(match);
  expect(v.parse(matchSchema, { key: 'personal' })).toEqual({ key: 'personal' });
});
