import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide } from '../../../src/agent/decide.ts';
import { requestFields } from '../../../src/agent/http2/fields.ts';
import { RuleTable } from '../../../src/agent/rule-table.ts';
import { readRequestHead } from '../../../src/protocol/http1/request-head.ts';
import { Field } from '../../../src/protocol/http2/hpack/field.ts';
import { explainRules } from '../../../src/protocol/match/explain/decision.ts';
import { explain } from '../../../src/protocol/match/explain/explain.ts';
import { ExpressionFault } from '../../../src/protocol/match/expression/fault.ts';
import { parseExpression } from '../../../src/protocol/match/expression/parse.ts';
import { printMatch } from '../../../src/protocol/match/expression/print.ts';
import { compileMatcher } from '../../../src/protocol/match/matcher.ts';
import { compareRules, type Ranked } from '../../../src/protocol/match/order.ts';
import { implies, satisfy } from '../../../src/protocol/match/overlap/satisfy.ts';
import { fieldsOf, witnessOf } from '../../../src/protocol/match/overlap/witness.ts';
import { RequestReading } from '../../../src/protocol/match/reading.ts';
import { simplify } from '../../../src/protocol/match/simplify.ts';
import type { Condition } from '../../../src/protocol/match.ts';
import type { Rule } from '../../../src/protocol/rules.ts';
import { bytesOf, condition, conditions, type RawRequest, rawRequest } from './arbitrary.ts';
import { referenceMatches } from './reference.ts';
import { runs } from './runs.ts';

const headOf = (request: RawRequest) => {
  const head = readRequestHead(bytesOf(request));
  if (head === undefined) throw new Error('the request is incomplete');
  return head;
};

const agentVerdict = (all: readonly Condition[], request: RawRequest): boolean => {
  const table = new RuleTable();
  const match = { all };
  const rule = { id: `ic_${'a'.repeat(26)}`, name: 'n', laptop: 'l', port: 1, match } as const;
  const rules = [{ ...rule, state: 'active', createdAt: '2026-01-01T00:00:00Z' } as const];
  table.apply({ type: 'state', epoch: 'e', version: 1, rules });
  return decide(table, 1, headOf(request)) !== undefined;
};

/** The same request as HTTP/2 has it: `:authority` for the host, cookies in crumbs. */
const overHttp2 = ({ method, target, lines }: RawRequest) =>
  requestFields([
    new Field(':method', method, 'plain'),
    new Field(':path', target, 'plain'),
    ...lines.flatMap(([name, value]) => {
      if (name === 'Host') return [new Field(':authority', value, 'plain')];
      const values = name === 'Cookie' ? value.split('; ') : [value];
      return values.map((one) => new Field(name.toLowerCase(), one, 'plain'));
    }),
  ]);

test('agent, explain and a plain reading of the documentation say the same', () => {
  fc.assert(
    fc.property(conditions, rawRequest, (all, request) => {
      const expected = referenceMatches(all, request);
      expect(agentVerdict(all, request)).toBe(expected);
      expect(explain({ match: { all } }, headOf(request)).matches).toBe(expected);
      expect(compileMatcher(all)(new RequestReading(overHttp2(request)))).toBe(expected);
    }),
    runs(5_000),
  );
});

test('explain says of each predicate what the reference says, with a reason when it is not met', () => {
  fc.assert(
    fc.property(condition, rawRequest, (one, request) => {
      const verdict = explain({ match: { all: [one] } }, headOf(request));
      for (const { expression, met, reasons } of verdict.predicates) {
        const { all = [] } = parseExpression(expression);
        expect(referenceMatches(all, request), expression).toBe(met);
        expect(reasons.length > 0).toBe(!met);
      }
    }),
    runs(2_000),
  );
});

const toRaw = (found: Parameters<typeof witnessOf>[0]): RawRequest => {
  const { method, target, headers } = witnessOf(found);
  return { method, target, lines: headers };
};

test('a witness is matched by both rules; without an overlap no request is', () => {
  let overlaps = 0;
  let apart = 0;
  fc.assert(
    fc.property(
      conditions,
      conditions,
      fc.array(rawRequest, { minLength: 4, maxLength: 4 }),
      (mine, theirs, requests) => {
        const both = satisfy([...mine, ...theirs]);
        if (both === 'unknown') return;
        if (both === 'none') {
          apart += 1;
          const caught = requests.find(
            (request) => referenceMatches(mine, request) && referenceMatches(theirs, request),
          );
          expect(caught).toBeUndefined();
          return;
        }
        overlaps += 1;
        expect(referenceMatches(mine, toRaw(both))).toBe(true);
        expect(referenceMatches(theirs, toRaw(both))).toBe(true);
        const reading = new RequestReading(fieldsOf(witnessOf(both)));
        expect(compileMatcher([...mine, ...theirs])(reading)).toBe(true);
      },
    ),
    runs(1_500),
  );
  expect(overlaps).toBeGreaterThan(100);
  expect(apart).toBeGreaterThan(100);
});

test('what implies another never matches without it', () => {
  fc.assert(
    fc.property(
      conditions,
      conditions,
      fc.array(rawRequest, { maxLength: 4 }),
      (narrow, wide, requests) => {
        expect(satisfy([...narrow, ...wide, { not: { all: wide } }])).toBeTypeOf('string');
        if (!implies(narrow, wide)) return;
        for (const request of requests) {
          if (referenceMatches(narrow, request)) expect(referenceMatches(wide, request)).toBe(true);
        }
      },
    ),
    runs(500),
  );
});

test('printing and reading an expression gives the same rule', () => {
  fc.assert(
    fc.property(conditions, fc.boolean(), (all, hasKey) => {
      const match = { ...(hasKey ? { key: 'personal' as const } : {}), all: simplify(all) };
      const text = printMatch(match);
      expect(parseExpression(text)).toEqual(match);
      expect(printMatch(parseExpression(text))).toBe(text);
    }),
    runs(5_000),
  );
});

test('simplifying changes no verdict', () => {
  fc.assert(
    fc.property(conditions, rawRequest, (all, request) => {
      expect(referenceMatches(simplify(all), request)).toBe(referenceMatches(all, request));
    }),
    runs(3_000),
  );
});

test('any text is an expression or a fault with a place in it', () => {
  const token = fc.constantFrom(
    ...[
      'header',
      '(',
      ')',
      '"a"',
      '==',
      '!=',
      'and',
      'or',
      'not',
      'in',
      '[',
      ']',
      ',',
      '.',
      'path',
    ],
    ...[
      'key',
      'true',
      'startsWith',
      "'",
      '`',
      '\\',
      '=',
      '&&',
      'grpc',
      'service',
      '"',
      ' ',
      'x',
      '~',
    ],
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(token).map((parts) => parts.join(' ')),
        fc.string(),
      ),
      (text) => {
        try {
          parseExpression(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionFault);
          const { at } = error as ExpressionFault;
          expect(at).toBeGreaterThanOrEqual(0);
          expect(at).toBeLessThanOrEqual(text.length);
        }
      },
    ),
    runs(5_000),
  );
});

test('the order of rules is total', () => {
  const ranked = fc.record({
    id: fc.constantFrom('ic_a', 'ic_b', 'ic_c'),
    conditions,
    priority: fc.integer({ min: 0, max: 1 }),
    createdAt: fc.constantFrom('2026-01-01', '2026-01-02'),
  });
  const sign = (one: Ranked, other: Ranked): number => Math.sign(compareRules(one, other));
  fc.assert(
    fc.property(ranked, ranked, ranked, (a, b, c) => {
      expect(sign(a, b) + sign(b, a)).toBe(0);
      if (a.id !== b.id) expect(sign(a, b)).not.toBe(0);
      if (sign(a, b) < 0 && sign(b, c) < 0) expect(sign(a, c)).toBe(-1);
    }),
    runs(1_000),
  );
});

const keys = ['k', 'm', 'z'].map((letter) => letter.repeat(26));
const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');
const table = fc.array(
  fc.record({
    all: conditions,
    // Rules on a key, with or without more, and general ones of some owner.
    owner: fc.constantFrom(...keys.slice(0, 2)),
    kind: fc.constantFrom('key', 'narrowed', 'general', 'general', 'general'),
    priority: fc.integer({ min: -1, max: 1 }),
    otherKeys: fc.boolean(),
    day: fc.integer({ min: 1, max: 3 }),
  }),
  { minLength: 1, maxLength: 6 },
);
const carrying = fc.constantFrom<RawRequest['lines']>(
  [],
  ...keys.map((key): RawRequest['lines'] => [['x-byway-id', key]]),
  [['baggage', `a=1,byway=${keys[0]}`]],
  [['x-byway-id', 'no key']],
  [['user-agent', 'kube-probe/1.31']],
);

test('of several rules explain names the one that the agent takes', () => {
  let taken = 0;
  fc.assert(
    fc.property(table, rawRequest, carrying, (wanted, request, carried) => {
      const rules = wanted.map(({ all, owner, kind, priority, otherKeys, day }, at): Rule => {
        const general = { match: { all }, ownerKeySha256: hashOf(owner) };
        const keySha256 = hashOf(owner);
        const own = { match: kind === 'key' ? { keySha256 } : { keySha256, all } };
        return {
          id: `ic_${String.fromCharCode(97 + at).repeat(26)}`,
          name: 'n',
          laptop: 'l',
          port: 1,
          state: 'active',
          createdAt: `2026-01-0${day}T00:00:00Z`,
          ...(kind === 'general' ? general : own),
          ...(kind === 'general' && priority !== 0 ? { priority } : {}),
          ...(kind === 'general' && otherKeys ? { otherKeys: true as const } : {}),
        };
      });
      const head = headOf({ ...request, lines: [...request.lines, ...carried] });
      const applied = new RuleTable();
      applied.apply({ type: 'state', epoch: 'e', version: 1, rules });
      const expected = decide(applied, 1, head)?.rule.id;
      const { winner, decided, left } = explainRules(rules, head);
      expect(winner?.id).toBe(expected);
      expect(left).toBe(0);
      expect(
        decided.filter(({ outcome }) => outcome === 'takes').map(({ rule }) => rule.id),
      ).toEqual(expected === undefined ? [] : [expected]);
      if (expected !== undefined) taken += 1;
    }),
    runs(2_000),
  );
  expect(taken).toBeGreaterThan(200);
});

test('a key is matched exactly, wherever it is carried', () => {
  const key = 'k'.repeat(26);
  const keySha256 = createHash('sha256').update(key).digest('hex');
  const carried = fc.constantFrom<RawRequest['lines'][number]>(
    ['x-byway-id', key],
    ['x-byway-id', key.toUpperCase()],
    ['baggage', `byway=${key}`],
    ['baggage', `a=1, byway = ${key};p`],
    ['baggage', `byway=x,byway=${key}`],
    ['baggage', `a=1;byway=${key}`],
    ['tracestate', `byway=${key}`],
  );
  fc.assert(
    fc.property(fc.array(carried, { maxLength: 3 }), (lines) => {
      const head = headOf({ method: 'GET', target: '/', lines: [['Host', 'h'], ...lines] });
      const of = (name: string) => lines.filter(([one]) => one === name).map(([, value]) => value);
      const ids = of('x-byway-id');
      const [first] = of('baggage')
        .flatMap((text) => text.split(','))
        .map((member) => /^ ?byway ?= ?([^;]*)/.exec(member)?.[1])
        .filter((found) => found !== undefined);
      const expected = (ids.length > 0 ? ids.join(', ') : first) === key;
      const verdict = explain({ match: { keySha256 } }, head);
      expect(verdict.matches).toBe(expected);
      expect(JSON.stringify(verdict)).not.toContain(key);
    }),
    runs(1_000),
  );
});
