import { expect, test } from 'vitest';
import { literalHints } from '../../../src/cli/arguments/literal-hint.ts';
import { type MatchArguments, readMatch } from '../../../src/cli/arguments/match-arguments.ts';
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
  [['x~^a=b:c$'], { all: [{ header: 'x', matches: '^a=b:c$' }] }],
  [['x ~a=b'], { all: [{ header: 'x', matches: 'a=b' }] }],
  [['X-Tenant=Acme'], equals('x-tenant', 'Acme')],
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
  expect(readMatch({ httpHeader: headers })).toEqual(match);
});

test.each([
  [['x~(a'], "can't be used: this ( is never closed"],
  [['x~a(?=b)'], "can't be done in linear time"],
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
  expect(() => readMatch({ httpHeader: headers })).toThrow(
    expect.objectContaining({ kind: 'usage', message: expect.stringContaining(message) }),
  );
});

test.each<[MatchArguments, Match]>([
  [{}, { key: 'personal' }],
  [{ httpPathPrefix: '/api' }, { key: 'personal', all: [{ on: 'path', prefix: '/api' }] }],
  [
    { httpHeader: ['all'], httpPathEqual: '/a', httpMethod: 'post' },
    {
      all: [
        { on: 'path', equals: '/a' },
        { on: 'method', equals: 'POST' },
      ],
    },
  ],
  [
    { httpHeader: ['x=1'], httpPathRegex: '/v[12]/.*', httpQuery: ['a=b=c', 'd'] },
    {
      all: [
        { header: 'x', equals: '1' },
        { on: 'path', matches: '/v[12]/.*' },
        { query: 'a', equals: 'b=c' },
        { query: 'd', present: true },
      ],
    },
  ],
  [{ baggage: ['tenant=a,b'] }, { all: [{ baggage: 'tenant', equals: 'a,b' }] }],
  [{ match: 'cookie("s")' }, { all: [{ cookie: 's', present: true }] }],
  [{ match: 'key' }, { key: 'personal' }],
  [
    { match: 'cookie("s")', httpHeader: ['auto'] },
    { key: 'personal', all: [{ cookie: 's', present: true }] },
  ],
])('%j', (given, match) => {
  expect(readMatch(given)).toEqual(match);
});

test.each<[MatchArguments, string, string]>([
  [{ httpPathPrefix: 'api' }, 'from its first slash', '/api'],
  [{ httpPathEqual: '/a?b=c' }, 'the path before "?"', '--http-query'],
  [{ httpQuery: ['=a'] }, 'names nothing', 'NAME=VALUE'],
  [{ baggage: ['a b=c'] }, 'no rule', ''],
  [{ httpHeader: ['x tenant=acme'] }, 'names no header', '--http-header x-tenant=acme'],
  [{ httpPathRegex: '/a(' }, "can't be used", 'character 3'],
  [{ match: 'path = "/a"' }, 'at column 6', '     ^\nwrite =='],
])('%j is a usage error with what to do', (given, message, hint) => {
  expect(() => readMatch(given)).toThrow(
    expect.objectContaining({
      kind: 'usage',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    }),
  );
});

test('a value that looks like a regular expression is pointed out, and only such a one', () => {
  const hints = (...httpHeader: readonly string[]) => literalHints(readMatch({ httpHeader }));
  expect(hints('x=acme.*')).toEqual([
    '"acme.*" is compared as it stands. For a regular expression: --http-header \'x~acme.*\'',
  ]);
  expect(hints('x=^a', 'y=a$', 'z=[ab]')).toHaveLength(3);
  expect(hints('x=jane.doe@example.com', 'y=a,b', 'z=https://h/p?q=1', 'w~a.*')).toEqual([]);
});
