import { chunk, chunkedField, host, lastChunk, message } from './compose.ts';
import { family, forwarded, hidden, innocent, refusedHead, withLength } from './smuggling.ts';
import type { Claims, Smuggle } from './vector.ts';

type Attack = readonly [name: string, bytes: string, claims: Claims];

const to = (target: string, fields: readonly string[] = [host]): string =>
  message(`GET ${target} HTTP/1.1`, fields) + hidden;
const refused = (name: string, target: string, fields?: readonly string[]): Attack => [
  name,
  to(target, fields),
  refusedHead(),
];
const passed = (name: string, target: string, fields?: readonly string[]): Attack => [
  name,
  to(target, fields),
  forwarded(2),
];

const absolute: readonly Attack[] = [
  refused('another host', 'http://other.test/'),
  refused('another host over https', 'https://other.test/'),
  refused('another port', 'http://example.test:81/'),
  refused('a user', 'http://example.test@other.test/'),
  refused('a user and a password', 'http://a:b@example.test/'),
  refused('a longer host', 'http://example.test.other.test/'),
  refused('a host behind a backslash', 'http://other.test\\.example.test/'),
  refused('no host', 'http:///attack'),
  refused('no Host line', 'http://example.test/', []),
  refused('an empty Host line', 'http://example.test/', ['Host:']),
  refused('two Host lines', 'http://example.test/', [host, 'Host: other.test']),
  refused('a dot at the end of the host', 'http://example.test./'),
  refused('a space in the host', 'http://example test/'),
  refused('a scheme only', 'http:'),
  refused('an authority', 'example.test:80'),
  passed('the same host', 'http://example.test/attack'),
  passed('the same host and no path', 'http://example.test'),
  passed('another URL in the path', 'http://example.test/http://other.test/'),
  passed('another URL in the query', 'http://example.test/?http://other.test/'),
  passed('an at sign in the path', 'http://example.test/@other.test'),
];

const hosts: readonly Attack[] = [
  refused('two lines', '/', [host, 'Host: other.test']),
  refused('two identical lines', '/', [host, host]),
  refused('two lines, one in lower case', '/', ['host: other.test', 'A: b', host]),
  refused('a good and an empty line', '/', ['Host:', host]),
  refused('a list', '/', ['Host: example.test, other.test']),
  refused('two hosts with a space', '/', ['Host: example.test other.test']),
  refused('a user', '/', ['Host: other.test@example.test']),
  refused('a user behind a port', '/', ['Host: example.test:80@other.test']),
  refused('a path', '/', ['Host: example.test/attack']),
  refused('a query', '/', ['Host: example.test?other.test']),
  refused('a fragment', '/', ['Host: example.test#other.test']),
  refused('a backslash', '/', ['Host: example.test\\other.test']),
  refused('NUL', '/', ['Host: example.test\x00other.test']),
  refused('a bare CR', '/', ['Host: example.test\rHost: other.test']),
  refused('a bare LF', '/', ['Host: example.test\nHost: other.test']),
  refused('a fold', '/', ['Host: example.test\r\n other.test']),
  refused('a folded line before it', '/', ['X: a\r\n Host: other.test', host]),
  refused('a space before the colon', '/', ['Host : other.test', host]),
  refused('a space before the name', '/', [' Host: other.test', host]),
  refused('a word as a port', '/', ['Host: example.test:other']),
  refused('no line', '/', []),
  refused('an underscore in the name', '/', ['Ho_st: example.test']),
  passed('other fields that name a host', '/', [
    host,
    'X-Forwarded-Host: other.test',
    'X-Host: other.test',
  ]),
  passed('Forwarded', '/', [host, 'Forwarded: host=other.test']),
  passed('lookalikes beside it', '/', [host, 'Host_: other.test', 'X-Host: a', 'Hosts: b']),
];

const forms: readonly Attack[] = [
  refused('an asterisk for GET', '*'),
  refused('no slash', 'attack'),
  refused('a query only', '?attack'),
  refused('a backslash', '\\attack'),
  ['a path for CONNECT', message('CONNECT /attack HTTP/1.1', [host]) + hidden, refusedHead()],
  ['an asterisk for OPTIONS', message('OPTIONS * HTTP/1.1', [host]) + hidden, forwarded(2)],
  passed(
    'a hidden request in the query',
    '/?GET%20/smuggled%20HTTP/1.1%0d%0aHost:%20a%0d%0a%0d%0a',
  ),
  passed('two slashes and another host', '//other.test/attack'),
  passed('dots upwards', '/../../attack'),
  passed('a version at the end of the path', '/attack/HTTP/1.1'),
];

const bodies: readonly Attack[] = [
  ['in a body with a length', withLength(hidden) + innocent, forwarded(2)],
  ['in a body with a length, ten times', withLength(hidden.repeat(10)) + innocent, forwarded(2)],
  ['in JSON', withLength(JSON.stringify({ a: hidden })) + innocent, forwarded(2)],
  [
    'in a form',
    withLength(`a=${hidden}&b=c`, ['Content-Type: application/x-www-form-urlencoded']),
    forwarded(1),
  ],
  [
    'in a part of a multipart body',
    withLength(`--b\r\n\r\n${hidden}\r\n--b--\r\n`, [
      'Content-Type: multipart/form-data; boundary=b',
    ]) + innocent,
    forwarded(2),
  ],
  [
    'in a part of type message/http',
    withLength(hidden, ['Content-Type: message/http']) + innocent,
    forwarded(2),
  ],
  ['behind four line ends', withLength(`\r\n\r\n\r\n\r\n${hidden}`) + innocent, forwarded(2)],
  [
    'behind what looks like the end of chunks',
    withLength(`0\r\n\r\n${hidden}`) + innocent,
    forwarded(2),
  ],
  [
    'behind a last chunk',
    message('PUT /a HTTP/1.1', [host, chunkedField], lastChunk()) + hidden,
    forwarded(2),
  ],
  [
    'in a chunk of GET',
    message('GET /attack HTTP/1.1', [host, chunkedField], chunk(hidden) + lastChunk()) + innocent,
    forwarded(2),
  ],
  [
    'in a chunk of DELETE',
    message('DELETE /attack HTTP/1.1', [host, chunkedField], chunk(hidden) + lastChunk()) +
      innocent,
    forwarded(2),
  ],
  [
    'in a body beside Upgrade without Connection',
    withLength(hidden, ['Upgrade: websocket']) + innocent,
    forwarded(2),
  ],
  [
    'in a compressed body',
    withLength(`\x1f\x8b${hidden}`, ['Content-Encoding: gzip']) + innocent,
    forwarded(2),
  ],
  [
    'in a body that another method is said to have',
    withLength(hidden, ['X-HTTP-Method-Override: GET', 'X-Method: HEAD']) + innocent,
    forwarded(2),
  ],
  ['nowhere: three clean requests', innocent.repeat(3), forwarded(3)],
  ['nowhere: twenty clean requests', innocent.repeat(20), forwarded(20)],
  ['in four bodies of four kinds', (withLength(hidden) + innocent).repeat(2), forwarded(4)],
];

/** Two readers disagree about whom a request is for, or take content for a request. */
export const targetSmuggles: readonly Smuggle[] = [
  ...family('absolute form', absolute),
  ...family('Host', hosts),
  ...family('target', forms),
  ...family('hidden', bodies),
];
