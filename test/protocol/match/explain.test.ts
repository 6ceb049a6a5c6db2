import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { readRequestHead } from '../../../src/protocol/http1/request-head.ts';
import { explain } from '../../../src/protocol/match/explain/explain.ts';
import { parseExpression } from '../../../src/protocol/match/expression/parse.ts';

const explainTo = (expression: string, target: string, ...lines: readonly string[]) => {
  const head = readRequestHead(
    Buffer.from(
      `GET ${target} HTTP/1.1\r\nHost: h\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`,
      'latin1',
    ),
  );
  if (head === undefined) throw new Error('incomplete');
  return explain({ match: { all: parseExpression(expression).all ?? [] } }, head);
};

test.each<[string, string, readonly string[], readonly string[]]>([
  ['header("x") == "a"', '/', [], ['absent']],
  ['header("x") == "a"', '/', ['x: b'], ['other_value']],
  ['header("x") == "acme"', '/', ['x: Acme'], ['wrong_case']],
  ['header("x") == "a"', '/', ['x: b', 'x: a'], ['several_lines']],
  ['header("x") == "a.*"', '/', ['x: abc'], ['taken_literally']],
  ['header("x").matches("acme")', '/', ['x: acme-1'], ['part_only']],
  ['header("x") == "\u00e9"', '/', ['x: \xe9'], ['not_utf8']],
  ['header("x") == "a b"', '/', ['x: a%20b'], ['encoded']],
  ['path == "/a b"', '/a%20b', [], ['encoded']],
  ['path == "/a"', '/a/', [], ['trailing_slash']],
  ['path == "/a/"', '/a', [], ['trailing_slash']],
  ['path == "/a"', '/A', [], ['wrong_case']],
  ['query("q") == "1"', '/?q=2&q=1', [], ['not_first']],
  ['query("q")', '/?Q=1', [], ['name_case']],
  ['query("q")', '/?q=%zz', [], ['malformed']],
  ['cookie("s") == "1"', '/', ['cookie: s=2; s=1'], ['not_first']],
  ['cookie("s")', '/', ['cookie: S=1'], ['name_case']],
  ['baggage("t") == "1"', '/', ['baggage: t=2,t=1'], ['not_first']],
  ['baggage("t")', '/', ['baggage: T=1'], ['name_case']],
  ['baggage("t")', '/', ['tracestate: t=1'], ['in_tracestate']],
  ['baggage("t")', '/', ['baggage: a=1;t=1'], ['in_property']],
  ['baggage("t")', '/', [`baggage: a=${'x'.repeat(8190)},t=1`], ['truncated']],
  ['grpc.service == "s"', '/s/m', [], ['not_grpc']],
])('%s on %s with %j fails for the reason that helps', (expression, target, lines, codes) => {
  const { matches, predicates, nearMiss } = explainTo(expression, target, ...lines);
  expect(matches).toBe(false);
  expect(predicates[0]?.reasons.map(({ code }) => code)).toEqual(codes);
  expect(nearMiss).toBe(predicates[0]);
});

test('a near miss is a request that one predicate kept away, at whatever depth', () => {
  const rule = 'header("x") == "a" and not (path.startsWith("/health") or method == "PUT")';
  expect(explainTo(rule, '/health', 'x: a').nearMiss?.expression).toBe(
    'path.startsWith("/health")',
  );
  expect(explainTo(rule, '/cart').nearMiss?.expression).toBe('header("x") == "a"');
  expect(explainTo(rule, '/health').nearMiss).toBeUndefined();
  expect(explainTo(rule, '/cart', 'x: a')).toMatchObject({ matches: true, nearMiss: undefined });
});

const key = 'abcdefghijklmnopqrstuvwxyz';
const keySha256 = createHash('sha256').update(key).digest('hex');

test.each<[readonly string[], string]>([
  [[], 'absent'],
  [[`x-byway-id: ${'b'.repeat(26)}`], 'other_value'],
  [[`x-byway-id: ${key.toUpperCase()}`], 'wrong_case'],
  [[`x-byway-id: "${key}"`], 'blanks'],
  [['x-byway-id: b', `x-byway-id: ${key}`], 'several_lines'],
  [['x-byway-id: b', `baggage: byway=${key}`], 'hidden_by_header'],
  [[`baggage: byway=b,byway=${key}`], 'not_first'],
  [[`baggage: a=1;byway=${key}`], 'in_property'],
  [[`baggage: BYWAY=${key}`], 'name_case'],
  [[`tracestate: byway=${key}`], 'in_tracestate'],
  [[`baggage: a=${'x'.repeat(8190)},byway=${key}`], 'truncated'],
])('a key in %j is not the one, and why', (lines, code) => {
  const head = readRequestHead(
    Buffer.from(`GET / HTTP/1.1\r\nHost: h\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`),
  );
  if (head === undefined) throw new Error('incomplete');
  const verdict = explain({ match: { keySha256 } }, head);
  expect(verdict).toMatchObject({
    matches: false,
    predicates: [{ expression: 'key', met: false }],
  });
  expect(verdict.predicates[0]?.reasons[0]?.code).toBe(code);
  expect(JSON.stringify(verdict).toLowerCase()).not.toContain(key);
});

test('a rule on a key with a path: one of both kept the request away, or both', () => {
  const all = parseExpression('path.startsWith("/api") and not method == "PUT"').all ?? [];
  const verdictOf = (target: string, carried: string) => {
    const head = readRequestHead(
      Buffer.from(`GET ${target} HTTP/1.1\r\nHost: h\r\nx-byway-id: ${carried}\r\n\r\n`),
    );
    if (head === undefined) throw new Error('incomplete');
    return explain({ match: { keySha256, all } }, head);
  };
  expect(verdictOf('/api', key)).toMatchObject({ matches: true, nearMiss: undefined });
  const elsewhere = verdictOf('/cart', key);
  expect(elsewhere.predicates.map(({ met }) => met)).toEqual([true, false, false]);
  expect(elsewhere.nearMiss?.expression).toBe('path.startsWith("/api")');
  expect(verdictOf('/api', 'other').nearMiss?.expression).toBe('key');
  expect(verdictOf('/cart', 'other').nearMiss).toBeUndefined();
});

test("a general rule passes over requests with another user's key, not with its owner's", () => {
  const head = readRequestHead(
    Buffer.from(`GET / HTTP/1.1\r\nHost: h\r\nx: a\r\nx-byway-id: ${key}\r\n\r\n`),
  );
  if (head === undefined) throw new Error('incomplete');
  const match = { all: [{ header: 'x', equals: 'a' }] };
  expect(explain({ match }, head)).toMatchObject({ matches: false, passedOver: true });
  const own = { match, ownerKeySha256: keySha256 };
  expect(explain(own, head)).toMatchObject({ matches: true, passedOver: false });
});
