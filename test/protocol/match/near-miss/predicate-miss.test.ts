import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRequestHead } from '../../../../src/protocol/http1/request-head.ts';
import { explain } from '../../../../src/protocol/match/explain/explain.ts';
import { parseExpression } from '../../../../src/protocol/match/expression/parse.ts';
import { compileMissFinder } from '../../../../src/protocol/match/near-miss/predicate-miss.ts';
import { RequestReading } from '../../../../src/protocol/match/reading.ts';
import { bytesOf, conditions, rawRequest } from '../arbitrary.ts';

const headOf = (target: string, lines: readonly string[], method = 'GET') => {
  const text = `${method} ${target} HTTP/1.1\r\nHost: h\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
  const head = readRequestHead(Buffer.from(text, 'latin1'));
  if (head === undefined) throw new Error('incomplete');
  return head;
};

const missOf = (expression: string, target: string, lines: readonly string[], isMarked = false) =>
  compileMissFinder(parseExpression(expression).all ?? [])(
    new RequestReading(headOf(target, lines)),
    isMarked,
  );

const acmeOnCart = 'header("x-tenant") == "acme" and path.startsWith("/cart")';

test.each<[string, string, readonly string[], number, string]>([
  ['header("x-tenant") == "acme"', '/', ['x-tenant: initech'], 0, 'other_value'],
  ['header("x-tenant") == "acme"', '/', ['x-tenant: Acme'], 0, 'wrong_case'],
  ['header("x-tenant") == "acme"', '/', ['x-tenant: a', 'x-tenant: acme'], 0, 'several_lines'],
  ['header("x-tenant") == "a c"', '/', ['x-tenant: a%20c'], 0, 'encoded'],
  ['header("x-tenant").matches("acme")', '/', ['x-tenant: acme-1'], 0, 'part_only'],
  ['baggage("t") == "1"', '/', ['baggage: t=2,t=1'], 0, 'not_first'],
  ['baggage("t") == "1"', '/', ['tracestate: t=1'], 0, 'in_tracestate'],
  ['baggage("t") == "1"', '/', ['baggage: T=1'], 0, 'name_case'],
  ['baggage("t") == "1"', '/', ['baggage: a=1;t=1'], 0, 'in_property'],
  ['baggage("t") == "1"', '/', [`baggage: a=${'x'.repeat(8190)},t=1`], 0, 'truncated'],
  ['query("q") == "1"', '/?q=2', [], 0, 'other_value'],
  ['cookie("s") == "1"', '/', ['cookie: s=2; s=1'], 0, 'not_first'],
  [acmeOnCart, '/admin', ['x-tenant: acme'], 1, 'other_value'],
  ['path == "/cart"', '/cart/', [], 0, 'trailing_slash'],
  ['path == "/cart"', '/Cart', [], 0, 'wrong_case'],
  ['header("x") == "a" and header("y")', '/', ['x: a'], 1, 'absent'],
  ['header("x") == "a" and not path.startsWith("/h")', '/health', ['x: a'], 1, 'excluded'],
])(
  '%s on %s with %j came close: predicate %i, %s',
  (...[expression, target, lines, index, reason]) => {
    expect(missOf(expression, target, lines)).toMatchObject({ predicate: index, reason });
  },
);

test.each<[string, string, readonly string[]]>([
  ['header("x-tenant") == "acme"', '/', []],
  [acmeOnCart, '/cart', []],
  [acmeOnCart, '/admin', ['x-tenant: other']],
  ['path == "/cart"', '/', []],
  ['method == "PUT"', '/', []],
  ['grpc.service == "s"', '/s/m', []],
  [acmeOnCart, '/cart', ['x-tenant: acme']],
])('%s on %s with %j is nothing to tell', (expression, target, lines) => {
  expect(missOf(expression, target, lines)).toBeUndefined();
});

test('with the key a wrong path is told, too', () => {
  expect(missOf('path.startsWith("/cart")', '/admin', [], true)).toEqual({
    predicate: 0,
    reason: 'other_value',
  });
});

test('a value is a short hash, that of a path is not there', () => {
  const miss = missOf('header("x-tenant") == "acme"', '/', ['x-tenant: secret-tenant']);
  expect(miss?.value).toMatch(/^#[0-9a-f]{6}$/);
  expect(JSON.stringify(miss)).not.toContain('secret');
  expect(missOf(acmeOnCart, '/admin', ['x-tenant: acme'])).not.toHaveProperty('value');
});

test('never told of what matches, and only of what one predicate kept away', () => {
  fc.assert(
    fc.property(conditions, rawRequest, (all, raw) => {
      const head = readRequestHead(bytesOf(raw));
      if (head === undefined) throw new Error('incomplete');
      const verdict = explain({ match: { all } }, head);
      const miss = compileMissFinder(all)(new RequestReading(head), false);
      if (verdict.matches) expect(miss).toBeUndefined();
      if (miss !== undefined) expect(verdict.nearMiss).toBeDefined();
    }),
    { numRuns: 2_000 },
  );
});
