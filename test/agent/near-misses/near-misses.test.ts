import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { decide } from '../../../src/agent/decide.ts';
import { requestFields } from '../../../src/agent/http2/fields.ts';
import {
  budgetMs,
  burstMs,
  keptMax,
  looksPerSecond,
} from '../../../src/agent/near-misses/limits.ts';
import { NearMisses } from '../../../src/agent/near-misses/near-misses.ts';
import { RuleTable } from '../../../src/agent/rule-table.ts';
import { readRequestHead } from '../../../src/protocol/http1/request-head.ts';
import { Field } from '../../../src/protocol/http2/hpack/field.ts';
import type { RequestFields } from '../../../src/protocol/match/request-fields.ts';
import type { RuleMatch } from '../../../src/protocol/match.ts';
import type { Rule } from '../../../src/protocol/rules.ts';
import type { Sighting } from '../../../src/protocol/sighting.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const mine = 'abcdefghijklmnopqrstuvwxyz';
const mias = 'm'.repeat(26);
const nameOf = (index: number): string => `r${String(index).padStart(3, 'x')}`;
const idOf = (name: string): string => `ic_${name.padEnd(26, '0')}`;

const rule = (name: string, match: RuleMatch, more: Partial<Rule> = {}): Rule => ({
  id: idOf(name),
  name,
  laptop: 'l',
  port: 1,
  match,
  state: 'active',
  createdAt: '2026-01-01T00:00:00.000Z',
  ...more,
});

const personal = (name: string, key: string, all: RuleMatch['all'] = []): Rule =>
  rule(name, { keySha256: sha256(key), all });

const headOf = (target: string, lines: readonly string[], method = 'GET'): RequestFields => {
  const text = `${method} ${target} HTTP/1.1\r\nHost: h\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
  const head = readRequestHead(Buffer.from(text));
  if (head === undefined) throw new Error('incomplete');
  return head;
};

/** An agent's rules, and a clock that moves by hand; each call of it takes `costMs`. */
const worldOf = (rules: readonly Rule[], costMs = 0) => {
  const table = new RuleTable();
  table.apply({ type: 'state', epoch: 'e', version: 1, rules });
  const clock = { ms: 0 };
  const nearMisses = new NearMisses(table, () => {
    clock.ms += costMs;
    return clock.ms;
  });
  const show = (fields: RequestFields) => decide(table, 1, fields, nearMisses);
  const send = (target: string, ...lines: readonly string[]) => show(headOf(target, lines));
  const told = (...names: readonly string[]): readonly Sighting[] => {
    nearMisses.ask(names.map(idOf), true);
    return nearMisses.take(1_000);
  };
  return { table, nearMisses, clock, send, show, told };
};

test('a request with my key and another path is told, without its query and without the key', () => {
  const { send, told } = worldOf([personal('me', mine, [{ on: 'path', prefix: '/cart' }])]);
  send(`/admin/${mine}?key=${mine}`, `x-byway-id: ${mine}`);
  expect(told('me')).toEqual([
    {
      number: 1,
      agoMs: 0,
      port: 1,
      rule: idOf('me'),
      predicate: 0,
      method: 'GET',
      path: '/admin/…',
      reason: 'other_value',
    },
  ]);
});

test('over HTTP/2 the same is found', () => {
  const { show, told } = worldOf([personal('me', mine, [{ on: 'path', prefix: '/cart' }])]);
  show(
    requestFields([
      new Field(':method', 'POST'),
      new Field(':path', '/admin?a=1'),
      new Field('x-byway-id', mine),
    ]),
  );
  expect(told('me')).toMatchObject([{ method: 'POST', path: '/admin', predicate: 0 }]);
});

test.each<[readonly string[], Partial<Sighting>]>([
  [[`tracestate: byway=${mine}`], { rule: idOf('me'), reason: 'in_tracestate' }],
  [[`baggage: byway=${mias},byway=${mine}`], { rule: idOf('me'), reason: 'not_first' }],
  [[`byway-id: ${mine}`], { rule: idOf('me'), reason: 'wrong_carrier' }],
  [[`x-byway-id: ${mias}`], { reason: 'other_value', keySha256: sha256(mias), carrier: 'header' }],
  [['x-byway-id: k3yq…7fa'], { reason: 'malformed', characters: 8 }],
])('%j does not carry my key, and why', (lines, sighting) => {
  const { send, told } = worldOf([personal('me', mine)]);
  send('/cart', ...lines);
  const [miss, ...more] = told('me');
  expect(miss).toMatchObject(sighting);
  expect(more).toEqual([]);
  expect(JSON.stringify(miss)).not.toContain(mine);
  expect(JSON.stringify(miss)).not.toContain(mias);
});

test('what another rule takes, what has no trace, and probes of Kubernetes are not told', () => {
  const { send, told, nearMisses } = worldOf([personal('me', mine), personal('mia', mias)]);
  send('/cart', `x-byway-id: ${mias}`);
  send('/cart', 'x-tenant: acme', 'cookie: a=b', 'baggage: region=eu');
  send('/cart', 'user-agent: kube-probe/1.30', 'x-byway-id: k');
  expect(told('me', 'mia')).toEqual([]);
  expect(nearMisses.counts.size).toBe(0);
});

test("a general rule that passes a request over because of another's key says so", () => {
  const acme = rule(
    'acme',
    { all: [{ header: 'x-tenant', equals: 'acme' }] },
    {
      ownerKeySha256: sha256(mine),
    },
  );
  const { send, told } = worldOf([acme]);
  send('/', 'x-tenant: acme', `x-byway-id: ${mias}`);
  send('/', 'x-tenant: initech');
  send('/', 'x-tenant: initech', `x-byway-id: ${mias}`);
  expect(told('acme').map(({ reason }) => reason)).toEqual(['others_key', 'other_value']);
});

test('rules that are paused or disconnected have no near misses', () => {
  const acme: RuleMatch = { all: [{ header: 'x-tenant', equals: 'acme' }] };
  const { send, told } = worldOf([rule('acme', acme, { state: 'paused' })]);
  send('/', 'x-tenant: initech');
  send('/', 'x-tenant: acme', `x-byway-id: ${mias}`);
  expect(told('acme')).toEqual([]);
});

test('only what was asked for is told, once, and again when it did not arrive', () => {
  const cart: RuleMatch['all'] = [{ on: 'path', prefix: '/cart' }];
  const { nearMisses, send, told } = worldOf([
    personal('me', mine, cart),
    personal('mia', mias, cart),
  ]);
  send('/admin', `x-byway-id: ${mine}`);
  send('/admin', `x-byway-id: ${mias}`);
  expect(nearMisses.hasNews()).toBe(false);
  const first = told('me');
  expect(first.map((one) => one.rule)).toEqual([idOf('me')]);
  expect(nearMisses.hasNews()).toBe(false);
  nearMisses.giveBack(first);
  expect(nearMisses.take(10)).toEqual(first);
  nearMisses.ask([idOf('me')], false);
  send('/admin', `x-byway-id: ${mine}`);
  expect(nearMisses.hasNews()).toBe(false);
  expect(told('me')).toHaveLength(2);
  nearMisses.forgetAsked();
  send('/admin', `x-byway-id: ${mine}`);
  expect(nearMisses.hasNews()).toBe(false);
});

test('after a minute it is forgotten', () => {
  const { clock, send, told } = worldOf([personal('me', mine)]);
  send('/', 'x-byway-id: k');
  clock.ms = 59_999;
  expect(told('me')).toMatchObject([{ agoMs: 59_999 }]);
  clock.ms = 60_000;
  expect(told('me')).toEqual([]);
});

test('in a flood only a few milliseconds of each second go into it', () => {
  const { nearMisses, send } = worldOf([personal('me', mine)], 0.5);
  for (let second = 1; second <= 5; second++) {
    for (let sent = 0; sent < 10_000; sent++) send(`/${sent}`, `x-byway-id: ${sent}`);
    const spentMs = burstMs + budgetMs * (second - 1);
    expect(nearMisses.counts.get('malformed')).toBe(spentMs / 0.5);
    nearMisses.refill();
  }
  expect(nearMisses.overlooked).toBeGreaterThan(49_000);
});

test('a debt is paid off before anything else is looked into', () => {
  const { clock, nearMisses, send } = worldOf([personal('me', mine)], burstMs + 5 * budgetMs);
  send('/', 'x-byway-id: k');
  const spent = clock.ms;
  for (let second = 1; second < 5; second++) {
    nearMisses.refill();
    clock.ms = spent;
    send('/', 'x-byway-id: k');
    expect(clock.ms).toBe(spent);
  }
});

test('requests without a key are looked at so many times a second, those with one always', () => {
  const { nearMisses, send, told } = worldOf([personal('me', mine)]);
  for (let sent = 0; sent < looksPerSecond; sent++) send('/');
  send('/unseen', `tracestate: byway=${mine}`);
  send('/seen', 'x-byway-id: k');
  expect(told('me').map(({ path }) => path)).toEqual(['/seen']);
  nearMisses.refill();
  send('/again', `tracestate: byway=${mine}`);
  expect(told('me').map(({ path }) => path)).toContain('/again');
});

test('thousands of rules and paths never hold more than so many', () => {
  const cart: RuleMatch['all'] = [{ on: 'path', prefix: '/cart' }];
  const keys = Array.from({ length: 100 }, (_, index) =>
    index.toString(2).padStart(26, 'a').replaceAll('0', 'b').replaceAll('1', 'c'),
  );
  const { nearMisses, send, told } = worldOf(
    keys.map((key, index) => personal(nameOf(index), key, cart)),
  );
  for (let round = 0; round < 20; round++) {
    for (const key of keys) send(`/${'x-'.repeat(2_500)}`, `x-byway-id: ${key}`);
    nearMisses.refill();
  }
  const kept = told(...keys.map((_, index) => nameOf(index)));
  expect(kept).toHaveLength(keptMax);
  expect(Math.max(...kept.map(({ path }) => path.length))).toBe(128);
});

test('a rule that is gone is not told of', () => {
  const { table, send, nearMisses } = worldOf([
    personal('me', mine, [{ on: 'path', prefix: '/c' }]),
  ]);
  send('/admin', `x-byway-id: ${mine}`);
  table.apply({ type: 'remove', epoch: 'e', version: 2, id: idOf('me') });
  nearMisses.ask([idOf('me')], true);
  expect(nearMisses.take(10)).toEqual([]);
});

test('of many general rules each has its turn', () => {
  const rules = Array.from({ length: 40 }, (_, index) =>
    rule(nameOf(index), { all: [{ header: 'x-tenant', equals: `t${index}` }] }),
  );
  const { send, told } = worldOf(rules);
  for (let sent = 0; sent < 5; sent++) send('/', 'x-tenant: none');
  const seen = told(...rules.map(({ name }) => name)).map((one) => one.rule);
  expect(new Set(seen).size).toBe(40);
});
