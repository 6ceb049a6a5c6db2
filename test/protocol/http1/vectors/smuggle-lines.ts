import { host, message } from './compose.ts';
import { family, forwarded, hidden, innocent, refusedHead, withLength } from './smuggling.ts';
import type { Claims, Smuggle } from './vector.ts';

type Attack = readonly [name: string, bytes: string, claims: Claims];

const get = 'GET /attack HTTP/1.1';
const field = (line: string): string => message(get, [host, line]) + hidden;
const refused = (name: string, bytes: string): Attack => [name, bytes, refusedHead()];

const terminators: readonly Attack[] = [
  refused('a bare LF that ends the head for one reader', `${get}\r\n${host}\r\nX: a\n\n${hidden}`),
  refused('LF CR LF that ends the head for one reader', `${get}\r\n${host}\r\nX: a\n\r\n${hidden}`),
  refused('CR CR LF that ends the head for one reader', `${get}\r\n${host}\r\nX: a\r\r\n${hidden}`),
  refused('CRLF CR that ends the head for one reader', `${get}\r\n${host}\r\n\r${hidden}`),
  refused('CRLF LF that ends the head for one reader', `${get}\r\n${host}\r\n\n${hidden}`),
  refused('CRLF CR CRLF that ends the head for one reader', `${get}\r\n${host}\r\n\r\r\n${hidden}`),
  refused(
    'two bare CR that end the head for one reader',
    `${get}\r\n${host}\r\rGET / HTTP/1.1\r\n\r\n`,
  ),
  refused('bare LF everywhere', `${get}\n${host}\n\n${hidden}`),
  refused('a bare LF after the first line', `${get}\n${host}\r\n\r\n${hidden}`),
  refused('a bare LF before Host', `${get}\r\nX: a\n${host}\r\n\r\n${hidden}`),
  refused('a bare CR before Host', `${get}\r\nX: a\r${host}\r\n\r\n${hidden}`),
  refused('a bare LF in the middle of a value', field('X: a\nGET /smuggled HTTP/1.1')),
  refused('a bare CR in the middle of a value', field('X: a\rGET /smuggled HTTP/1.1')),
  refused('NUL that ends a value for one reader', field('X: a\x00Content-Length: 5')),
  refused(
    'NUL that ends the head for one reader',
    `${get}\r\n${host}\r\nX: a\x00\r\n\r\n${hidden}`,
  ),
  refused('a vertical tab for a line end', field('X: a\x0bContent-Length: 5')),
  refused('a form feed for a line end', field('X: a\x0cContent-Length: 5')),
  refused('a file separator for a line end', field('X: a\x1cContent-Length: 5')),
  [
    'a next-line byte, which is obs-text, for a line end',
    field('X: a\x85Content-Length: 5'),
    forwarded(2),
  ],
  [
    'letters that one reader cuts down to a line end',
    field('X: a\xc4\x8d\xc4\x8aContent-Length: 5'),
    forwarded(2),
  ],
  ['encoded line ends in a value', field('X: a%0d%0aContent-Length:%205'), forwarded(2)],
  [
    'encoded line ends in the target',
    message('GET /%0d%0aX:%20b HTTP/1.1', [host]) + hidden,
    forwarded(2),
  ],
];

const spaces: readonly Attack[] = [
  refused(
    'a line of spaces that ends the head for one reader',
    `${get}\r\n${host}\r\n \r\n${hidden}`,
  ),
  refused(
    'a line of a tab that ends the head for one reader',
    `${get}\r\n${host}\r\n\t\r\n${hidden}`,
  ),
  refused('a space before the first field', `${get}\r\n ${host}\r\n\r\n${hidden}`),
  refused('a space before the first field and Host after', `${get}\r\n X: a\r\n${host}\r\n\r\n`),
  refused('a space before the colon of Host', `${get}\r\nHost : a\r\n\r\n${hidden}`),
  refused('a space before the colon of Connection', field('Connection : close')),
  refused('a space before the colon of Expect', field('Expect : 100-continue')),
  refused('a tab before the colon of a field', field('X\t: a')),
  refused('a space in a field name', field('X Content-Length: 5')),
  refused('a no-break space before a field name', field('\xa0X: a')),
  refused('a space alone as a field name', field(' : a')),
  ['spaces around a value', field('X:   Content-Length: 5   '), forwarded(2)],
  ['a no-break space around a value', field('X: \xa0a\xa0'), forwarded(2)],
];

const folds: readonly Attack[] = [
  refused('a fold after Host', `${get}\r\n${host}\r\n .other.test\r\n\r\n${hidden}`),
  refused('a fold that hides Host', `${get}\r\nX: a\r\n ${host}\r\n\r\n${hidden}`),
  refused('a fold with a tab', field('X: a\r\n\tb')),
  refused('a fold of many lines', field('X: a\r\n b\r\n c\r\n d')),
  refused('a fold of an empty value', field('X:\r\n a')),
  refused('a fold behind a bare LF', field('X: a\n b')),
  refused('a fold behind a bare CR', field('X: a\r b\r c')),
  refused(
    'a fold that holds a length',
    message(get, [host, 'X: a\r\n Content-Length: 5'], 'hello'),
  ),
  refused('a fold of Connection', field('Connection: keep-alive,\r\n close')),
  refused('a fold of Expect', field('Expect:\r\n 100-continue')),
  ['a fold in a second request', innocent + field('X: a\r\n b'), refusedHead(1)],
];

const firstLines: readonly (readonly [name: string, line: string])[] = [
  ['two spaces after the method', 'GET  /attack HTTP/1.1'],
  ['two spaces before the version', 'GET /attack  HTTP/1.1'],
  ['tabs for spaces', 'GET\t/attack\tHTTP/1.1'],
  ['a space before the method', ' GET /attack HTTP/1.1'],
  ['a space inside the target', 'GET /attack HTTP/1.1 HTTP/1.1'],
  ['a line end in the target', 'GET /attack\rHTTP/1.1'],
  ['NUL in the target', 'GET /attack\x00 HTTP/1.1'],
  ['obs-text in the target', 'GET /att\xe4ck HTTP/1.1'],
  ['NUL in the method', 'GE\x00T /attack HTTP/1.1'],
  ['a colon in the method', 'GET: /attack HTTP/1.1'],
  ['a slash as the method', '/ /attack HTTP/1.1'],
  ['no target', 'GET HTTP/1.1'],
  ['HTTP/1.2', 'GET /attack HTTP/1.2'],
  ['HTTP/1.9', 'GET /attack HTTP/1.9'],
];

// On a connection that speaks HTTP/1 already, nothing is taken for another protocol any more.
const laterLines: readonly (readonly [name: string, line: string])[] = [
  ...firstLines,
  ['no version', 'GET /attack'],
  ['a version in lower case', 'GET /attack http/1.1'],
  ['a version of another protocol', 'GET /attack RTSP/1.0'],
  ['HTTP/0.9', 'GET /attack HTTP/0.9'],
  ['HTTP/2.0', 'GET /attack HTTP/2.0'],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0'],
  ['a version without digits', 'GET /attack HTTP/'],
  ['a version without a minor digit', 'GET /attack HTTP/1'],
  ['a version of two minor digits', 'GET /attack HTTP/1.10'],
  ['a version of two major digits', 'GET /attack HTTP/11.1'],
  ['a leading zero in the version', 'GET /attack HTTP/01.1'],
  ['a letter in the version', 'GET /attack HTTP/1.x'],
  ['a space after the version', 'GET /attack HTTP/1.1 '],
  ['a tab after the version', 'GET /attack HTTP/1.1\t'],
  ['a bare CR after the version', 'GET /attack HTTP/1.1\r'],
  ['an answer', 'HTTP/1.1 200 OK'],
  ['a field line', 'X: a'],
  ['a line end', ''],
];

/** Two readers disagree about where a line or a head ends, or how a first line is divided. */
export const lineSmuggles: readonly Smuggle[] = [
  ...family('line end', terminators),
  ...family('white space', spaces),
  ...family('folding', folds),
  ...family(
    'first line',
    firstLines.map(([name, line]) => [name, message(line, [host]) + hidden, refusedHead()]),
  ),
  ...family(
    'later first line',
    laterLines.flatMap(
      ([name, line]) =>
        [
          [`${name}, behind GET`, innocent + message(line, [host]) + hidden, refusedHead(1)],
          [`${name}, behind content`, withLength('abc') + message(line, [host]), refusedHead(1)],
        ] as const,
    ),
  ),
];
