import { expect, test } from 'vitest';
import { parseHeaders } from '../../../src/cli/arguments/http-header.ts';
import type { Match } from '../../../src/protocol/match.ts';

const equals = (header: string, value: string): Match => ({ all: [{ header, equals: value }] });

const accepted: readonly (readonly [string[], Match])[] = [
  [[], { key: 'personal' }],
  [['auto'], { key: 'personal' }],
  [['auto', 'auto'], { key: 'personal' }],
  [['all'], { all: [] }],
  [['x-tenant=acme'], equals('x-tenant', 'acme')],
  [['x-tenant: acme'], equals('x-tenant', 'acme')],
  [['x-tenant:acme'], equals('x-tenant', 'acme')],
  [['x-tenant'], { all: [{ header: 'x-tenant', present: true }] }],
  [['x=a=b'], equals('x', 'a=b')],
  [['x=a,b, c'], equals('x', 'a,b, c')],
  [['x=https://h/p?q=1'], equals('x', 'https://h/p?q=1')],
  [['x: https://h/p?q=1'], equals('x', 'https://h/p?q=1')],
  [['x=a~b:c'], equals('x', 'a~b:c')],
  [['x:=a'], equals('x', '=a')],
  [['x= a '], equals('x', ' a ')],
  [['x='], equals('x', '')],
  [
    ['a=1', 'b'],
    {
      all: [
        { header: 'a', equals: '1' },
        { header: 'b', present: true },
      ],
    },
  ],
];

test.each(accepted)('--http-header %j', (headers, match) => {
  expect(parseHeaders(headers)).toEqual(match);
});

test.each([
  [['x~^a'], 'Regular expressions'],
  [['x ~a=b'], 'Regular expressions'],
  [['=a'], 'names no header'],
  [[''], 'names no header'],
  [['x y=a'], 'names no header'],
  [['x=a\nb'], 'no rule'],
  [['auto', 'x=a'], "can't be combined"],
  [['all', 'x=a'], "can't be combined"],
  [['all', 'auto'], "can't be combined"],
  [Array.from({ length: 17 }, (_, index) => `x${index}`), 'no rule'],
  [[`x=${'a'.repeat(4097)}`], 'no rule'],
])('--http-header %j is a usage error', (headers, message) => {
  expect(() => parseHeaders(headers)).toThrow(
    expect.objectContaining({ kind: 'usage', message: expect.stringContaining(message) }),
  );
});
