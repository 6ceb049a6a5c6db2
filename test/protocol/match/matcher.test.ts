import { expect, test } from 'vitest';
import { requestFields } from '../../../src/agent/http2/fields.ts';
import { readRequestHead } from '../../../src/protocol/http1/request-head.ts';
import { Field } from '../../../src/protocol/http2/hpack/field.ts';
import { parseExpression } from '../../../src/protocol/match/expression/parse.ts';
import { compileMatcher } from '../../../src/protocol/match/matcher.ts';
import { RequestReading } from '../../../src/protocol/match/reading.ts';
import type { RequestFields } from '../../../src/protocol/match/request-fields.ts';

const request = (first: string, ...lines: readonly string[]): RequestFields => {
  const head = readRequestHead(
    Buffer.from(
      `${first} HTTP/1.1\r\nHost: Shop.Example:8080\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`,
      'latin1',
    ),
  );
  if (head === undefined) throw new Error('incomplete');
  return head;
};
const get = (...lines: readonly string[]): RequestFields => request('GET /', ...lines);
const matches = (expression: string, of: RequestFields): boolean =>
  compileMatcher(parseExpression(expression).all ?? [])(new RequestReading(of));

// What regular expressions over the raw text get wrong, each in one way or another.
test.each([
  ['pr=12', true],
  ['pr=123', false],
  ['xpr=12', false],
  ['a=1;pr=12', false],
  ['q=pr=12', false],
  ['pr = 12', true],
  ['pr=12;ttl=5,z=1', true],
  ['PR=12', false],
  ['pr=%31%32', true],
  ['pr=', false],
  ['pr=9,pr=12', false],
])('baggage: %s has the member pr with the value 12: %s', (value, expected) => {
  expect(matches('baggage("pr") == "12"', get(`baggage: ${value}`))).toBe(expected);
});

// Each thing that the vectors of W3C Baggage read: blanks, properties, "=" and "%" in values.
test.each<[string, Readonly<Record<string, string>>]>([
  ['Tenant=Acme', { Tenant: 'Acme' }],
  ['one=1,two=2', { one: '1', two: '2' }],
  ['one \t = \t 1 \t , \t two \t = \t 2', { one: '1', two: '2' }],
  ['one=1;fast,two=2;slow', { one: '1', two: '2' }],
  ['one \t = \t 1 \t ; \t fast \t , \t two = 2 ; \t slow', { one: '1', two: '2' }],
  ['one=1;way=east,two=2;way=west', { one: '1', two: '2' }],
  ['one=1 \t ; \t way \t = \t east \t , two = 2;way=west', { one: '1', two: '2' }],
  ['one=1;fast;way=east', { one: '1' }],
  ['one = 1 \t ; \t fast \t ; \t way \t = \t east', { one: '1' }],
  ['one=a=b', { one: 'a=b' }],
  ['one=%09%20%22%27%3B%3Dq%21%40%23%25%5E%2C', { one: '\t "\';=q!@#%^,' }],
  ['one \t = \t %09%20%22 \t ', { one: '\t "' }],
  [Array.from({ length: 64 }, (_, index) => `k${index}=v`).join(','), { k0: 'v', k63: 'v' }],
  [`a=${'0123456789'.repeat(819)}`, { a: '0123456789'.repeat(819) }],
])('baggage: %.60s has these members and no other', (text, members) => {
  const reading = new RequestReading(get(`baggage: ${text}`));
  for (const [key, value] of Object.entries(members)) expect(reading.baggage(key)).toBe(value);
  for (const key of ['fast', 'slow', 'way', 'east', 'one ']) {
    expect(reading.baggage(key)).toBeUndefined();
  }
});

test('of members with one key the first counts, also over several lines', () => {
  const two = get('baggage: a=1', 'Baggage: pr=12', 'BAGGAGE: pr=9');
  expect(matches('baggage("pr") == "12"', two)).toBe(true);
  expect(matches('baggage("pr") == "9"', two)).toBe(false);
});

test('180 members in 8 KB of baggage are read, and nothing behind them', () => {
  const members = Array.from({ length: 181 }, (_, index) => `key-${index}=${'v'.repeat(36)}`);
  const text = members.join(',');
  expect(text.length).toBeGreaterThan(8000);
  const of = get(`baggage: ${text.slice(0, 8192)}`);
  expect(matches(`baggage("key-0") == "${'v'.repeat(36)}"`, of)).toBe(true);
  expect(matches('baggage("key-178")', of)).toBe(true);
  const short = Array.from({ length: 181 }, (_, index) => `k${index}=1`).join(',');
  expect(matches('baggage("k179")', get(`baggage: ${short}`))).toBe(true);
  expect(matches('baggage("k180")', get(`baggage: ${short}`))).toBe(false);
  const cut = get(`baggage: a=${'x'.repeat(8180)},byline=12345678`);
  expect(matches('baggage("byline")', cut)).toBe(false);
});

test('a header in three lines is one value', () => {
  const of = get('X-Tenant: a', 'other: z', 'x-tenant:  b ', 'X-TENANT: c');
  expect(matches('header("X-Tenant") == "a, b, c"', of)).toBe(true);
  expect(matches('header("x-tenant") == "a"', of)).toBe(false);
  expect(matches('header("x-tenant").contains("b, c")', of)).toBe(true);
  expect(matches('header("x-tenant").matches("a, [bc], [bc]")', of)).toBe(true);
});

test.each(['\xff', 'caf\xe9', '\xc3', '\xed\xa0\x80'])(
  '%j is not UTF-8 and equals no text',
  (value) => {
    for (const of of [get(`x: ${value}`), get(`cookie: x=${value}`), get(`baggage: x=${value}`)]) {
      for (const text of ['\ufffd', 'café', 'ÿ', 'Ã', value]) {
        for (const subject of ['header("x")', 'cookie("x")', 'baggage("x")']) {
          expect(matches(`${subject} == "${text}"`, of), `${subject} ${text}`).toBe(false);
          expect(matches(`${subject}.matches("(?s:.*)")`, of)).toBe(false);
        }
      }
    }
  },
);

test('UTF-8 is compared as UTF-8, in headers, cookies, baggage and queries', () => {
  const cafe = Buffer.from('café', 'utf8').toString('latin1');
  expect(matches('header("x") == "café"', get(`x: ${cafe}`))).toBe(true);
  expect(matches('header("x").matches("caf.")', get(`x: ${cafe}`))).toBe(true);
  expect(matches('cookie("x").endsWith("é")', get(`cookie: x=${cafe}`))).toBe(true);
  expect(matches('baggage("x") == "café"', get('baggage: x=caf%C3%A9'))).toBe(true);
  expect(matches('query("ä") == "café"', request('GET /?%C3%A4=caf%C3%A9'))).toBe(true);
});

test.each([
  ['path == "/a"', '/a?b', true],
  ['path == "/a"', '/a/', false],
  ['path == "/A"', '/a', false],
  ['path == "/a b"', '/a%20b', false],
  ['path == "/a%20b"', '/a%20b', true],
  ['path == "//a/../b"', '//a/../b', true],
  ['path == "/"', 'http://shop.example:8080', true],
  ['path == "/a"', 'http://shop.example:8080/a?b=c', true],
  ['path.startsWith("/api/")', '/api', false],
  ['path.matches("/v[0-9]+/.*")', '/v12/cart', true],
  ['path.matches("/v[0-9]+")', '/v12/cart', false],
  ['query("a") == "1"', '/?b=2&a=1', true],
  ['query("a") == "1"', '/?a=2&a=1', false],
  ['query("a") == "x y"', '/?a=x+y', true],
  ['query("a") == "x+y"', '/?a=x%2By', true],
  ['query("a") == "b=c"', '/?a=b=c', true],
  ['query("a") == ""', '/?a', true],
  ['query("a")', '/?A=1', false],
  ['query("a")', '/?a=%zz', false],
  ['query("a") == "%zz"', '/?a=%zz', false],
  ['query("a") == "1"', '/?a=%zz&a=1', true],
  ['query("a")', '/a=1', false],
  ['host == "SHOP.example"', '/', true],
  ['host == "shop.example:8080"', '/', false],
  ['host.endsWith(".EXAMPLE")', '/', true],
  ['host.matches("[a-z]+\\\\.example")', '/', true],
  ['method == "get"', '/', false],
])('%s on %s: %s', (expression, target, expected) => {
  expect(
    matches(expression, request(`GET ${target.replace('shop.example', 'Shop.Example')}`)),
  ).toBe(expected);
});

test.each([
  ['cookie("s") == "1"', 'a=2; s=1', true],
  ['cookie("s") == "1"', 's=2; s=1', false],
  ['cookie("S")', 's=1', false],
  ['cookie("s") == "a=b"', 's=a=b', true],
  ['cookie("s") == "a"', 's="a"', false],
  ['cookie("s")', 'as=1; s', false],
])('%s of cookie: %s: %s', (expression, value, expected) => {
  expect(matches(expression, get(`cookie: ${value}`))).toBe(expected);
  expect(matches(expression, get(...value.split('; ').map((pair) => `Cookie: ${pair}`)))).toBe(
    expected,
  );
});

test.each([
  ['/shop.Cart/Add', 'application/grpc', 'shop.Cart', 'Add'],
  ['/shop.Cart/Add', 'Application/GRPC+proto', 'shop.Cart', 'Add'],
  ['/a/shop.Cart/Add?x', 'application/grpc;v=1', 'a/shop.Cart', 'Add'],
  ['/shop.Cart/Add', 'application/grpc-web', undefined, undefined],
  ['/shop.Cart/', 'application/grpc', undefined, undefined],
  ['//Add', 'application/grpc', undefined, undefined],
])('gRPC: %s as %s', (target, type, service, method) => {
  const of = request(`POST ${target}`, `content-type: ${type}`);
  expect(matches('grpc.service', of)).toBe(service !== undefined);
  if (service === undefined || method === undefined) return;
  expect(matches(`grpc.service == "${service}" and grpc.method == "${method}"`, of)).toBe(true);
});

test('HTTP/2 fields say the same as HTTP/1 lines', () => {
  const of = requestFields([
    new Field(':method', 'POST', 'plain'),
    new Field(':scheme', 'http', 'plain'),
    new Field(':authority', 'Shop.Example:80', 'plain'),
    new Field(':path', '/a?q=1', 'plain'),
    new Field('cookie', 'a=1', 'plain'),
    new Field('cookie', 's=2', 'plain'),
    new Field('x-tenant', 'a', 'plain'),
    new Field('x-tenant', 'b', 'plain'),
  ]);
  const all = 'method == "POST" and host == "shop.example" and path == "/a" and query("q") == "1"';
  expect(matches(`${all} and cookie("s") == "2" and header("x-tenant") == "a, b"`, of)).toBe(true);
});
