import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { decide } from '../../src/agent/decide.ts';
import { RuleTable } from '../../src/agent/rule-table.ts';
import { readRequestHead } from '../../src/protocol/http1/request-head.ts';
import type { RuleMatch } from '../../src/protocol/match.ts';
import type { Rule } from '../../src/protocol/rules.ts';

const keyOf = (letter: string): string => letter.repeat(26);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const rule = (name: string, match: RuleMatch, more: Partial<Rule> = {}): Rule => ({
  id: `ic_${name.padEnd(26, '0')}`,
  name,
  laptop: 'l',
  port: 1,
  match,
  state: 'active',
  createdAt: '2026-01-01T00:00:00.000Z',
  ...more,
});

const tableOf = (...rules: readonly Rule[]): RuleTable => {
  const table = new RuleTable();
  table.apply({ type: 'state', epoch: 'e', version: 1, rules });
  return table;
};

const winner = (table: RuleTable, target: string, ...lines: readonly string[]) => {
  const text = `GET ${target} HTTP/1.1\r\nHost: h\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
  const head = readRequestHead(Buffer.from(text, 'latin1'));
  return head === undefined ? 'incomplete' : decide(table, 1, head)?.rule.name;
};

const acme: RuleMatch = { all: [{ header: 'x-tenant', equals: 'acme' }] };

test("a general rule passes over requests with another user's key", () => {
  const table = tableOf(rule('acme', acme, { ownerKeySha256: sha256(keyOf('a')) }));
  expect(winner(table, '/', 'x-tenant: acme')).toBe('acme');
  expect(winner(table, '/', 'x-tenant: acme', `x-byway-id: ${keyOf('a')}`)).toBe('acme');
  expect(winner(table, '/', 'x-tenant: acme', `x-byway-id: ${keyOf('b')}`)).toBeUndefined();
  expect(winner(table, '/', 'x-tenant: acme', `baggage: byway=${keyOf('b')}`)).toBeUndefined();
  expect(winner(table, '/', 'x-tenant: acme', 'x-byway-id: no-key')).toBe('acme');
});

test('one key may have several rules, narrow ones before the one for all', () => {
  const keySha256 = sha256(keyOf('a'));
  const api = rule('api', { keySha256, all: [{ on: 'path', prefix: '/api' }] });
  const post = rule('post', {
    keySha256,
    all: [
      { on: 'path', prefix: '/api' },
      { on: 'method', equals: 'GET' },
    ],
  });
  const rest = rule('rest', { keySha256 });
  const table = tableOf(rest, api, post, rule('general', acme, { ownerKeySha256: keySha256 }));
  const key = `x-byway-id: ${keyOf('a')}`;
  expect(winner(table, '/api/x', key)).toBe('post');
  expect(winner(table, '/cart', key)).toBe('rest');
  table.apply({ type: 'remove', epoch: 'e', version: 2, id: rest.id });
  expect(winner(table, '/cart', key)).toBeUndefined();
  expect(winner(table, '/cart', key, 'x-tenant: acme')).toBe('general');
  table.apply({ type: 'remove', epoch: 'e', version: 3, id: post.id });
  expect(winner(table, '/api/x', key)).toBe('api');
  expect(winner(table, '/api/x', `x-byway-id: ${keyOf('b')}`)).toBeUndefined();
});

test('a rule with a regular expression that is none matches nothing and harms nobody', () => {
  const table = tableOf(
    rule('broken', { all: [{ header: 'x-tenant', matches: '(' }] }),
    rule('acme', acme),
  );
  expect(winner(table, '/', 'x-tenant: acme')).toBe('acme');
  expect(winner(table, '/', 'x-tenant: (')).toBeUndefined();
});

test('probes of Kubernetes belong to no rule', () => {
  const table = tableOf(rule('acme', acme));
  expect(winner(table, '/', 'x-tenant: acme', 'user-agent: kube-probe/1.31')).toBeUndefined();
});
