import { host, message } from './compose.ts';
import type { OddRequest } from './vector.ts';

type Odd = readonly [name: string, rule: string, fields: readonly string[]];

const bytesFrom = (first: number, last: number): string =>
  Array.from({ length: last - first + 1 }, (_, index) => String.fromCharCode(first + index)).join(
    '',
  );

const repeated = (count: number, line: (index: number) => string): readonly string[] =>
  Array.from({ length: count }, (_, index) => line(index));

const names: readonly Odd[] = [
  ['all marks in a field name', 'RFC 9110 5.6.2', ["!#$%&'*+-.^_`|~: a"]],
  ['a field name of digits', 'RFC 9110 5.1', ['0123456789: a']],
  ['a field name of one letter', 'RFC 9110 5.1', ['a: b']],
  ['a field name of hyphens', 'RFC 9110 5.1', ['---: a']],
  ['underscores in a field name', 'RFC 9110 5.1', ['X_Odd_Name: a', '_: b']],
  ['dots in a field name', 'RFC 9110 5.1', ['X.Odd.Name: a']],
  ['a field name in mixed case', 'RFC 9110 5.1', ['x-oDD-nAmE: a']],
  ['one field name in three cases', 'RFC 9110 5.1', ['X-ODD: a', 'x-odd: b', 'X-Odd: c']],
  ['a field name of 4,000 letters', 'RFC 9110 5.4', [`${'N'.repeat(4000)}: a`]],
  [
    'names that JavaScript knows',
    'RFC 9110 5.1',
    ['__proto__: a', 'constructor: b', 'toString: c'],
  ],
  ['names like Host', 'RFC 9110 5.1', ['X-Forwarded-Host: other.test', 'Hostname: a', 'X-Host: b']],
];

const values: readonly Odd[] = [
  ['an empty value', 'RFC 9110 5.5', ['X-Odd:', 'X-Next: ']],
  ['a value of spaces only', 'RFC 9110 5.5', ['X-Odd:      ']],
  ['a value of tabs only', 'RFC 9110 5.5', ['X-Odd:\t\t\t']],
  ['no space after the colon', 'RFC 9112 5.1', ['X-Odd:a']],
  ['many spaces around a value', 'RFC 9112 5.1', [`X-Odd:${' '.repeat(300)}a${' '.repeat(300)}`]],
  ['tabs around a value', 'RFC 9112 5.1', ['X-Odd:\ta\t']],
  ['spaces and tabs mixed around a value', 'RFC 9112 5.1', ['X-Odd: \t \ta \t ']],
  ['spaces and tabs inside a value', 'RFC 9110 5.5', ['X-Odd: a  b\tc \t d']],
  ['a value of colons', 'RFC 9110 5.5', ['X-Odd:::::', 'X-Next: : : :']],
  ['all visible characters in a value', 'RFC 9110 5.5', [`X-Odd: ${bytesFrom(0x21, 0x7e)}`]],
  ['all bytes of obs-text in a value', 'RFC 9110 5.5', [`X-Odd: ${bytesFrom(0x80, 0xff)}`]],
  ['a value in UTF-8', 'RFC 9110 5.5', ['X-Odd: na\xc3\xafve \xe2\x82\xac']],
  ['a value that is broken UTF-8', 'RFC 9110 5.5', ['X-Odd: \xc3\x28 \xff\xfe']],
  ['a value of one byte of obs-text', 'RFC 9110 5.5', ['X-Odd: \xa0']],
  ['an open quote in a value', 'RFC 9110 5.6.4', ['X-Odd: "a, b', 'X-Next: c"']],
  ['a value of commas', 'RFC 9110 5.6.1', ['X-Odd: , ,, ,', 'Accept: ,text/html,,']],
  ['a value that looks like a request', 'RFC 9110 5.5', ['X-Odd: GET / HTTP/1.1']],
  ['a value that looks like a field', 'RFC 9110 5.5', ['X-Odd: Transfer-Encoding: chunked']],
  ['backslashes and letters for line ends', 'RFC 9110 5.5', ['X-Odd: a\\r\\nX-Next: b']],
  ['a value of 30 KB', 'RFC 9110 5.4', [`X-Odd: ${'a'.repeat(30_000)}`]],
];

const sizes: readonly Odd[] = [
  ['200 field lines', 'RFC 9110 5.4', repeated(198, (index) => `X-${index}: ${index}`)],
  ['200 lines of one name', 'RFC 9110 5.3', repeated(198, (index) => `X-Odd: ${index}`)],
  ['a head of 60 KB in one value', 'RFC 9110 5.4', [`X-Odd: ${'a'.repeat(60_000)}`]],
  [
    'a head of 60 KB in 150 lines',
    'RFC 9110 5.4',
    repeated(150, (index) => `X-${index}: ${'a'.repeat(390)}`),
  ],
  ['a cookie of 20 KB', 'RFC 6265 4.2', [`Cookie: a=${'b'.repeat(20_000)}`]],
];

const connection: readonly Odd[] = [
  [
    'Connection with three options',
    'RFC 9110 7.6.1',
    ['Connection: keep-alive, X-Odd, x-next', 'X-Odd: a'],
  ],
  ['Connection without spaces', 'RFC 9110 7.6.1', ['Connection:keep-alive,TE,x', 'TE: trailers']],
  ['Connection with spaces and tabs', 'RFC 9110 7.6.1', ['Connection: \tkeep-alive \t, \tx \t']],
  ['two Connection lines', 'RFC 9110 5.3', ['Connection: keep-alive', 'X: a', 'connection: X']],
  ['Connection with all marks of a token', 'RFC 9110 5.6.2', ["Connection: !#$%&'*+-.^_`|~"]],
  ['Connection: Close in mixed case', 'RFC 9112 9.6', ['CoNnEcTiOn: ClOsE']],
  [
    'Connection names the routing key',
    'RFC 9110 7.6.1',
    ['Connection: x-byway-id', 'x-byway-id: odd'],
  ],
  ['Connection names baggage', 'RFC 9110 7.6.1', ['Connection: close, Baggage', 'Baggage: a=b']],
  ['Proxy-Connection', 'RFC 9112 C.2.2', ['Proxy-Connection: keep-alive']],
  ['Keep-Alive in HTTP/1.1', 'RFC 9112 9.3', ['Keep-Alive: timeout=5', 'Connection: Keep-Alive']],
  [
    'an Upgrade to an unknown protocol',
    'RFC 9110 7.8',
    ['Connection: Upgrade', 'Upgrade: odd/2, IRC/6.9'],
  ],
  ['an Upgrade that Connection does not name', 'RFC 9110 7.8', ['Upgrade: odd']],
];

const known: readonly Odd[] = [
  ['TE: trailers', 'RFC 9110 10.1.4', ['TE: trailers', 'Connection: TE']],
  [
    'TE with weights',
    'RFC 9110 10.1.4',
    ['TE: trailers, deflate;q=0.5, gzip;q=1', 'Connection: TE'],
  ],
  ['an empty TE', 'RFC 9110 10.1.4', ['TE:', 'Connection: TE']],
  ['Trailer without a body', 'RFC 9110 6.6.2', ['Trailer: X-Sum']],
  ['Max-Forwards', 'RFC 9110 7.6.2', ['Max-Forwards: 10']],
  [
    'Via through three proxies',
    'RFC 9110 7.6.3',
    ['Via: 1.0 fred, 1.1 p.example.test (odd; (nested))', 'Via: HTTP/2 c'],
  ],
  [
    'Cookie with anything',
    'RFC 6265 5.4',
    ['Cookie: a=b; =c; ;;d; e="f;g", h=i==; \xe4=\xf6; $Version=1'],
  ],
  ['two Cookie lines and an empty one', 'RFC 9110 5.3', ['Cookie: a=1', 'cookie: b=2', 'COOKIE:']],
  [
    'two baggage lines',
    'W3C baggage 3.3',
    ['baggage: a=b', 'X-Odd: c', 'baggage: d=e;f=g , h=%20'],
  ],
  ['the same baggage twice', 'W3C baggage 3.3', ['baggage: a=b', 'Baggage: a=b']],
  ['malformed baggage', 'W3C baggage 3.3', ['baggage: =,;;, a b = c \xe4,,%zz']],
  ['an empty routing key', 'RFC 9110 5.5', ['x-byway-id:', 'X-Byway-Id: , ']],
  ['two routing keys', 'RFC 9110 5.3', ['x-byway-id: one', 'x-byway-id: two']],
  [
    'malformed trace context',
    'RFC 9110 5.5',
    ['traceparent: ff-0-0-0', 'traceparent: a', 'tracestate: ,,'],
  ],
  [
    'Forwarded and its ancestors',
    'RFC 7239 4',
    ['Forwarded: for="[::1]:80";by=_x', 'X-Forwarded-For: a, , b', 'X-Forwarded-For: c'],
  ],
  ['an unknown expectation', 'RFC 9110 10.1.1', ['Expect: 200-ok']],
  ['an empty expectation', 'RFC 9110 10.1.1', ['Expect:']],
  ['Range and If-Range', 'RFC 9110 14.2', ['Range: bytes=0-0,-1,9-', 'If-Range: W/"a"']],
  ['malformed dates', 'RFC 9110 5.6.7', ['If-Modified-Since: yesterday', 'Date: 31 Feb']],
  [
    'credentials in all forms',
    'RFC 9110 11.6.2',
    ['Authorization: Basic :::', 'Proxy-Authorization: Odd a="b', 'Authorization: b'],
  ],
  [
    'a length that belongs to another field',
    'RFC 9110 5.1',
    ['X-Content-Length: 5', 'Content-Length-Odd: 5'],
  ],
  [
    'a content coding called chunked',
    'RFC 9110 8.4',
    ['Content-Encoding: chunked', 'Accept-Encoding: chunked'],
  ],
];

/** Odd but valid field lines in requests without content. */
export const oddRequestFields: readonly OddRequest[] = [
  ...names,
  ...values,
  ...sizes,
  ...connection,
  ...known,
].map(([name, rule, fields]) => ({
  name,
  rule,
  method: 'GET',
  target: '/odd',
  bytes: message('GET /odd HTTP/1.1', [host, ...fields]),
  contentBytes: 0,
}));
