import { expect, test } from 'vitest';
import { parseExpression } from '../../../src/protocol/match/expression/parse.ts';
import { compareRules, type Ranked, whyBefore } from '../../../src/protocol/match/order.ts';

const rule = (id: string, expression: string, more: Partial<Ranked> = {}): Ranked => ({
  id,
  conditions: parseExpression(expression).all ?? [],
  createdAt: '2026-01-01T00:00:00.000Z',
  ...more,
});
const younger = { createdAt: '2026-01-02T00:00:00.000Z' };

test.each<[Ranked, Ranked, string]>([
  [
    rule('b', 'header("x")', { ...younger, priority: 1 }),
    rule('a', 'header("x") and header("y")'),
    'it has the higher priority',
  ],
  [
    rule('b', 'header("x") and (header("y") or header("z"))', younger),
    rule('a', 'header("x") == "1" and header("y") == "1"'),
    'it has more conditions',
  ],
  [rule('b', 'path == "/a"', younger), rule('a', 'path.startsWith("/a")'), 'whole values'],
  [rule('b', 'path.contains("a")', younger), rule('a', 'path.matches("a")'), 'parts of values'],
  [rule('b', 'header("x").matches("a")', younger), rule('a', 'header("x")'), 'regular expressions'],
  [rule('b', 'path == "/a"'), rule('a', 'path == "/b"', younger), 'it is older'],
  [rule('a', 'path == "/a"'), rule('b', 'path == "/b"'), 'its id comes first'],
])('%o goes before %o', (first, second, why) => {
  expect(compareRules(first, second)).toBeLessThan(0);
  expect(compareRules(second, first)).toBeGreaterThan(0);
  expect(compareRules(first, first)).toBe(0);
  expect(whyBefore(first, second)).toContain(why);
});
