import fc from 'fast-check';
import type { Condition, Predicate } from '../../../src/protocol/match.ts';

/** A request before it is bytes: values are octets as latin1 strings. */
export type RawRequest = {
  readonly method: string;
  readonly target: string;
  readonly lines: readonly (readonly [name: string, value: string])[];
};

const octets = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

const texts = ['a', 'b', 'ab', 'A', 'ä', 'a b', 'acme', 'a.b', '/a', '/a/', '/', 'GET', 's.T', 'm'];
const value = fc.constantFrom(...texts, '', 'a=b', '"a"', '\ufffd', 'a%', 'h', 'H', 'a, b', '%61');
const part = fc.constantFrom(...texts, 'c', '=', 'T', '.', '%', '\u00a4');
const pattern = fc.constantFrom(
  ...['a', 'a|b', '[a-c]+', '.*', 'a.*', '/a.*', '\\w+', '[^a]*', '(?i)a', '.', 'ä', '.*b', ''],
  ...['[hH]', 's\\..*', '(?:a|/)+', '.{2}', '\\S*[ab]', '[^/]+'],
);

const subject = fc.constantFrom<Record<string, string>>(
  ...[{ header: 'x-a' }, { header: 'X-B' }, { header: 'baggage' }, { header: 'cookie' }],
  ...[{ header: 'host' }, { baggage: 'k' }, { baggage: 'j' }, { cookie: 'c' }, { query: 'q' }],
  ...[{ query: 'q r' }, { on: 'path' }, { on: 'path' }, { on: 'method' }, { on: 'host' }],
  ...[{ on: 'grpc.service' }, { on: 'grpc.method' }],
);
const operation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ equals: value }) },
  fc.constant({ present: true }),
  fc.record({ prefix: part }),
  fc.record({ suffix: part }),
  fc.record({ contains: part }),
  { weight: 2, arbitrary: fc.record({ matches: pattern }) },
);

const predicate = fc
  .tuple(subject, operation)
  .map(([where, what]) => ({ ...where, ...what }) as Predicate)
  .filter((one) => !('on' in one && one.on === 'host' && 'matches' in one && one.matches === 'ä'))
  .filter((one) => !('present' in one && 'on' in one && !one.on.startsWith('grpc')));

export const condition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    predicate,
    fc.record({ all: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('condition') }),
  ),
})).condition;

export const conditions: fc.Arbitrary<readonly Condition[]> = fc.array(condition, {
  minLength: 1,
  maxLength: 3,
});

const headerValue = fc.constantFrom(
  ...texts.map(octets),
  ...['', '\xff', 'a\xe4', 'a, b', 'A', '%61', '\xef\xbf\xbd', 'a  b'],
);
const member = fc.constantFrom(
  ...['k=a', ' k = b ', 'K=a', 'k=%61', 'k=%FF', 'k=', 'j=a;k=b', 'q=k=a', octets('k=ä'), 'k'],
  ...['', 'k=a%', '"k"=a', 'j=ab', 'k=a b', 'k=%C3%A4', '\tj\t=\tA;p', 'k=%2', 'k=acme;ttl=5'],
);
const cookiePair = fc.constantFrom(
  ...['c=a', 'c="a"', ' C=a', 'c=a=b', 'c', '=a', 'c=%61', 'c = b', 'd=a', '', 'c=', octets('c=ä')],
);
const queryPair = fc.constantFrom(
  ...['q=a', 'q=%61', 'q=a+b', 'q', 'q=%zz', 'Q=a', '%71=a', 'q=%C3%A4', '', 'q+r=b', 'q=', '=a'],
  ...['q=a=b', 'q=%ff', 'q%20r=a%', 'r=a'],
);
const line = fc.oneof(
  fc.tuple(fc.constantFrom('x-a', 'X-A', 'x-b', 'x-c'), headerValue),
  fc.tuple(
    fc.constantFrom('baggage', 'Baggage'),
    fc.array(member, { maxLength: 4 }).map((members) => members.join(',').trim()),
  ),
  fc.tuple(
    fc.constant('Cookie'),
    fc.array(cookiePair, { maxLength: 3 }).map((pairs) => pairs.join(';').trim()),
  ),
  fc.tuple(
    fc.constant('content-type'),
    fc.constantFrom('application/grpc', 'Application/gRPC+proto', 'application/grpc-web', 'text/a'),
  ),
);
const path = fc.constantFrom(
  ...['/', '/a', '/a/', '/A', '/a%2Fb', '/s.T/m', '/a/b', '/ab', '//a', '/s.T/', '/b/a/m', '/acme'],
);
const target = fc
  .tuple(path, fc.option(fc.array(queryPair, { maxLength: 3 })))
  .map(([where, pairs]) => (pairs === null ? where : `${where}?${pairs.join('&')}`));

export const rawRequest: fc.Arbitrary<RawRequest> = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'get', 'M-SEARCH'),
    target,
    host: fc.constantFrom('h', 'H:80', 'a', 'a.b:', 'ab'),
    absolute: fc.integer({ min: 0, max: 9 }),
    lines: fc.array(line, { maxLength: 4 }),
  })
  .map(({ method, target: origin, host, absolute, lines }) => ({
    method,
    target: absolute === 0 ? `http://${host}${origin === '/' ? '' : origin}` : origin,
    lines: [['Host', host] as const, ...lines],
  }));

/** The request on the wire, for `readRequestHead`. */
export const bytesOf = ({ method, target: where, lines }: RawRequest): Buffer =>
  Buffer.from(
    `${method} ${where} HTTP/1.1\r\n${lines.map(([name, text]) => `${name}: ${text}\r\n`).join('')}\r\n`,
    'latin1',
  );
