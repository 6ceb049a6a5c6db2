import { expect, test } from 'vitest';
import { conflictBetween, smallestChange } from '../../../src/protocol/match/conflict.ts';
import { parseExpression } from '../../../src/protocol/match/expression/parse.ts';
import { printMatch } from '../../../src/protocol/match/expression/print.ts';
import { isImpossible, takesNearlyAll } from '../../../src/protocol/match/overlap/satisfy.ts';
import type { Predicate } from '../../../src/protocol/match.ts';

const is = (header: string, equals: string): Predicate => ({ header, equals });
const has = (header: string): Predicate => ({ header, present: true });

test.each<[string, Predicate[], Predicate[], readonly string[] | undefined]>([
  ['the same', [is('a', '1')], [is('a', '1')], ['a: 1']],
  ['two values of one header', [is('a', '1')], [is('a', '2')], undefined],
  ['two headers', [is('a', '1')], [is('b', '2')], ['a: 1', 'b: #d4735e']],
  ['presence of two headers', [has('a')], [has('b')], ['a: ', 'b: ']],
  ['the narrower one goes first', [is('a', '1'), is('b', '2')], [is('a', '1')], undefined],
  ['a value is narrower than presence', [has('a')], [is('a', '1')], undefined],
  ['narrower in one, wider in another', [is('a', '1')], [has('a'), has('b')], ['a: 1', 'b: ']],
  ['presence twice is presence', [has('a'), has('a')], [has('a')], ['a: ']],
  ['an empty value', [is('a', '')], [is('b', '')], ['a: ', 'b: #e3b0c4']],
])('%s', (_, mine, theirs, lines) => {
  expect(conflictBetween(mine, theirs)?.lines).toEqual(lines);
});

test('a rule that asks one header for two values is impossible', () => {
  expect(isImpossible([is('a', '1'), is('a', '2')])).toBe(true);
  expect(isImpossible([is('a', '1'), has('a'), is('a', '1')])).toBe(false);
});

const rule = (text: string) => parseExpression(text).all ?? [];

test.each<[string, string, readonly string[] | undefined]>([
  ['header("a") == "jane.doe"', 'header("a") == "john.doe"', undefined],
  ['header("u") == "jane.doe@example.com"', 'header("u") == "john@example.com"', undefined],
  ['header("a") == "x"', 'header("a") == "X"', undefined],
  ['header("a").matches("jane.doe")', 'header("a") == "john.doe"', undefined],
  ['header("a").startsWith("ab")', 'header("a").startsWith("ac")', undefined],
  ['header("a").endsWith("-1")', 'header("a").endsWith("-2")', undefined],
  [
    'header("a").startsWith("ab") and path == "/x"',
    'header("a").endsWith("bc")',
    ['a: #', 'path: /x'],
  ],
  [
    'header("a").contains("b") and path == "/x"',
    'header("a").startsWith("c")',
    ['a: #', 'path: /x'],
  ],
  ['path.matches("/v[12]/.*")', 'path.startsWith("/v3")', undefined],
  ['path.matches("/v[12]/.*")', 'path.endsWith("/cart")', ['path: /v1/cart']],
  ['header("a").matches("[a-f]+")', 'header("a").matches("[g-z]+")', undefined],
  ['header("a").matches("[a-f]+")', 'header("a").matches("[f-z]+")', ['a: #']],
  ['header("a") in ["1", "2"]', 'header("a") in ["3", "4"]', undefined],
  ['header("a") in ["1", "2"]', 'header("a") in ["2", "3"]', ['a: 2']],
  ['header("a") and not header("b")', 'header("b") == "1"', undefined],
  ['header("a") and header("b") != "1"', 'header("b") == "1" and path == "/"', undefined],
  ['header("a") and not path.startsWith("/health")', 'path == "/healthz"', undefined],
  ['query("a") == "1"', 'query("a") == "2"', undefined],
  ['baggage("a") == "1"', 'baggage("a") == "2"', undefined],
  ['cookie("a") == "1"', 'cookie("a") == "2"', undefined],
  ['cookie("a") == "1"', 'cookie("b") == "2"', ['cookie: a=1', 'cookie: b=#d4735e']],
  ['method == "GET"', 'method == "POST"', undefined],
  ['host == "Shop.example"', 'host == "shop.example" and header("a")', undefined],
  ['host == "a.example"', 'host == "b.example"', undefined],
  [
    'host.endsWith(".example") and header("a")',
    'host == "b.example" and header("c")',
    ['host: #', 'a: ', 'c: '],
  ],
  ['grpc.service == "shop.Cart"', 'grpc.service == "shop.Till"', undefined],
  ['grpc.service == "shop.Cart"', 'path == "/shop.Till/Add"', undefined],
  [
    'grpc.method == "Add" and header("a")',
    'path == "/shop.Cart/Add"',
    ['content-type: application/grpc', 'path: /shop.Cart/Add', 'a: '],
  ],
  ['header("a").matches(".*é.*")', 'header("a") == "caf\u00e9" and path == "/"', undefined],
])('%s beside %s', (mine, theirs, lines) => {
  const conflict = conflictBetween(rule(mine), rule(theirs));
  const shown = conflict?.lines.map((line) =>
    line.replace(/#[0-9a-f]{6}$/, (hash) => (line.includes('cookie') ? hash : '#')),
  );
  expect(shown).toEqual(lines);
});

test('a narrower rule that the order puts last is a conflict, and which one it is', () => {
  const narrow = rule('path.startsWith("/api/v1")');
  const wide = rule('path.startsWith("/api")');
  expect(conflictBetween(narrow, wide, undefined, true)).toBeUndefined();
  expect(conflictBetween(narrow, wide, undefined, false)).toMatchObject({
    starved: 'mine',
    lines: ['path: /api/v1'],
  });
  expect(conflictBetween(wide, narrow, undefined, false)).toBeUndefined();
  expect(conflictBetween(wide, narrow, undefined, true)).toMatchObject({ starved: 'theirs' });
});

test('what is too large to decide may overlap, and is said without a witness', () => {
  const any = (header: string) =>
    `(${Array.from({ length: 8 }, (_, index) => `header("${header}") == "${index}"`).join(' or ')})`;
  const mine = `${any('a')} and ${any('b')}`;
  const theirs = `${any('c')} and ${any('d')}`;
  expect(conflictBetween(rule(mine), rule(theirs))).toEqual({ witness: undefined, lines: [] });
});

test('automata that meet only after very long texts are left at a limit of work', () => {
  const mine = rule('header("a").matches("(a{97})+b?") and header("b")');
  const theirs = rule('header("a").matches("(a{89})+b?") and header("a").matches("(a{83})+")');
  const work = { left: 100_000 };
  expect(conflictBetween(mine, theirs, work)).toEqual({ witness: undefined, lines: [] });
  expect(work.left).toBeLessThan(0);
  expect(work.left).toBeGreaterThan(-1_000);
});

test.each([
  ['header("a") == "1"', 'header("a") == "1"', 'header("a") == "1-2"'],
  ['header("a")', 'header("b") == "secret"', 'header("a") and not header("b")'],
  [
    'path.startsWith("/a")',
    'path.endsWith("b")',
    'path.startsWith("/a") and not path.endsWith("b")',
  ],
  ['query("a") == "1"', 'query("a") == "1" and header("b")', 'query("a") == "1-2"'],
])('%s is separated from %s by %s', (mine, theirs, change) => {
  const changed = smallestChange(rule(mine), rule(theirs));
  expect(printMatch({ all: changed ?? [] })).toBe(change);
  expect(conflictBetween(changed ?? [], rule(theirs))).toBeUndefined();
});

test.each([
  'header("a") == " 1"',
  'header("a").matches("a") and header("a").matches("b")',
  'header("a") and not header("A")',
  'path == "/a?b"',
  'path == "a"',
  'method.contains(" ")',
  'grpc.method == "a/b"',
])('%s can never match', (text) => {
  expect(isImpossible(rule(text))).toBe(true);
});

test.each([
  ['true', true],
  ['path.startsWith("/")', true],
  ['path.matches(".*")', true],
  ['not header("a")', true],
  ['method != "GET"', true],
  ['header("a") or path.contains("/")', true],
  ['path.startsWith("/a")', false],
  ['header("a") and not header("b")', false],
])('%s takes nearly every request: %s', (text, expected) => {
  expect(takesNearlyAll(rule(text))).toBe(expected);
});
