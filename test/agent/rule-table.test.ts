import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AppliedRule, RuleTable } from '../../src/agent/rule-table.ts';
import type { RuleMatch } from '../../src/protocol/match.ts';
import type { Rule, RuleEvent } from '../../src/protocol/rules.ts';
import { rule } from './start-agent.ts';

const idOf = (number: number): string => `ic_${number.toString(36).padStart(26, '0')}`;
const general = (value: string): RuleMatch => ({ all: [{ header: 'x-a', equals: value }] });
const ids = (rules: readonly AppliedRule[]): readonly string[] => rules.map((one) => one.rule.id);

/** One manager's events with the versions that they would have. */
const teller = (table: RuleTable) => {
  let version = 0;
  const stamp = () => ({ epoch: 'test', version: ++version });
  return {
    state: (...rules: readonly Rule[]) => table.apply({ type: 'state', ...stamp(), rules }),
    put: (one: Rule) => table.apply({ type: 'put', ...stamp(), rule: one }),
    remove: (id: string) => table.apply({ type: 'remove', ...stamp(), id }),
  };
};

test('general rules are in order: more predicates, more equals, older, then by id', () => {
  const present = { header: 'x-p', present: true } as const;
  const equals = { header: 'x-e', equals: 'e' } as const;
  const late = { createdAt: '2026-11-21T11:00:00.000Z' };
  const inOrder = [
    rule(80, { all: [present, equals] }, { id: idOf(5), ...late }),
    rule(80, { all: [present, present] }, { id: idOf(4) }),
    rule(80, { all: [equals] }, { id: idOf(2) }),
    rule(80, { all: [equals] }, { id: idOf(3) }),
    rule(80, { all: [equals] }, { id: idOf(1), ...late }),
    rule(80, { all: [present] }, { id: idOf(0) }),
  ];
  const table = new RuleTable();
  const tell = teller(table);
  tell.state(...inOrder.toReversed());
  expect(ids(table.of(80)?.general ?? [])).toEqual(inOrder.map(({ id }) => id));
  tell.state();
  for (const one of [3, 0, 5, 2, 4, 1]) tell.put(inOrder[one] as Rule);
  expect(ids(table.of(80)?.general ?? [])).toEqual(inOrder.map(({ id }) => id));
});

const matchArbitrary: fc.Arbitrary<RuleMatch> = fc.oneof(
  fc.constant({ keySha256: '' }),
  fc.record({
    all: fc.array(
      fc.oneof(
        fc.record({ header: fc.constant('x-a'), equals: fc.constantFrom('1', '2') }),
        fc.record({ header: fc.constant('x-b'), present: fc.constant(true as const) }),
      ),
      { maxLength: 3 },
    ),
  }),
);

const ruleArbitrary: fc.Arbitrary<Rule> = fc
  .record({
    port: fc.constantFrom(80, 81),
    match: matchArbitrary,
    id: fc.nat(9).map(idOf),
    createdAt: fc.constantFrom('2026-11-21T10:00:00.000Z', '2026-11-21T11:00:00.000Z'),
  })
  // No two rules have one key.
  .map(({ port, match, ...more }) =>
    rule(port, 'all' in match ? match : { keySha256: more.id }, more),
  );

type Change =
  | { readonly put: Rule }
  | { readonly remove: string }
  | { readonly state: readonly Rule[] };

const changeArbitrary: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ put: ruleArbitrary }) },
  { weight: 2, arbitrary: fc.record({ remove: fc.nat(9).map(idOf) }) },
  { weight: 1, arbitrary: fc.record({ state: fc.array(ruleArbitrary, { maxLength: 8 }) }) },
);

const tellOne = (tell: ReturnType<typeof teller>, change: Change): void => {
  if ('put' in change) tell.put(change.put);
  else if ('remove' in change) tell.remove(change.remove);
  else tell.state(...change.state);
};

/** The rules by id after the changes. */
const outcomeOf = (changes: readonly Change[]): ReadonlyMap<string, Rule> => {
  const rules = new Map<string, Rule>();
  for (const change of changes) {
    if ('put' in change) rules.set(change.put.id, change.put);
    else if ('remove' in change) rules.delete(change.remove);
    else {
      rules.clear();
      for (const one of change.state) rules.set(one.id, one);
    }
  }
  return rules;
};

const contentsOf = (table: RuleTable, port: number) => ({
  general: ids(table.of(port)?.general ?? []),
  personal: [...(table.of(port)?.personal.values() ?? [])].map(ids).toSorted(),
});

test('whatever came before, the table is as if the rules had been told at once', () => {
  void fc.assert(
    fc.property(fc.array(changeArbitrary, { maxLength: 30 }), (changes) => {
      const [table, fresh] = [new RuleTable(), new RuleTable()];
      const tell = teller(table);
      tell.state();
      for (const change of changes) tellOne(tell, change);
      const rules = outcomeOf(changes);
      teller(fresh).state(...rules.values());
      for (const port of [80, 81]) {
        expect(contentsOf(table, port)).toEqual(contentsOf(fresh, port));
        const isThere = [...rules.values()].some((one) => one.port === port);
        expect(table.of(port) !== undefined).toBe(isThere);
      }
      expect([...table.all()].map((one) => one.rule).toSorted(byId)).toEqual(
        [...rules.values()].toSorted(byId),
      );
    }),
  );
});

const byId = (one: Rule, other: Rule): number => (one.id < other.id ? -1 : 1);

test('counts outlive a change and a new state, and end with the rule', () => {
  const table = new RuleTable();
  const tell = teller(table);
  const one = rule(80, general('1'));
  tell.state(one);
  const counter = table.get(one.id)?.counter;
  const rules = table.of(80);
  if (rules !== undefined) rules.seen = 7;
  tell.put({ ...one, state: 'disconnected' });
  tell.state({ ...one, laptop: 'other' });
  expect(table.get(one.id)?.counter).toBe(counter);
  expect(table.seenBy(table.get(one.id) as AppliedRule)).toBe(7);
  tell.put(rule(80, general('2'), { id: idOf(2) }));
  expect(table.seenBy(table.get(idOf(2)) as AppliedRule)).toBe(0);
  tell.remove(one.id);
  tell.put(one);
  expect(table.get(one.id)?.counter).not.toBe(counter);
});

test('a change that does not follow is refused and changes nothing', () => {
  const table = new RuleTable();
  const put = (epoch: string, version: number): RuleEvent & { type: 'put' } => ({
    type: 'put',
    epoch,
    version,
    rule: rule(80),
  });
  expect(table.apply(put('one', 1))).toBe(false);
  expect(table.apply({ type: 'state', epoch: 'one', version: 1, rules: [] })).toBe(true);
  expect(table.apply(put('two', 2))).toBe(false);
  expect(table.apply(put('one', 1))).toBe(false);
  expect(table.size).toBe(0);
  expect(table.apply(put('one', 2))).toBe(true);
  expect(table.size).toBe(1);
});

// The times of creation are read when two rules are compared, so reading them counts the work.
test('a state and a change take few comparisons of rules', () => {
  const count = 4_000;
  let looks = 0;
  const counting = (number: number): Rule => ({
    ...rule(80, general(String(number)), { id: idOf(number) }),
    get createdAt() {
      looks += 1;
      return new Date((number * 7_919) % count).toISOString();
    },
  });
  const table = new RuleTable();
  const tell = teller(table);
  const all = Array.from({ length: count }, (_, number) => counting(number));
  const most = 2 * count * Math.ceil(Math.log2(count));
  for (let again = 0; again < 2; again++) {
    looks = 0;
    tell.state(...all);
    expect(looks).toBeGreaterThan(count);
    expect(looks).toBeLessThanOrEqual(most);
  }
  looks = 0;
  tell.put(counting(count));
  tell.remove(idOf(count));
  expect(looks).toBeLessThanOrEqual(4 * Math.ceil(Math.log2(count)));
});
