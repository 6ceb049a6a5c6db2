import { type Answer, oddResponse } from './answer.ts';
import { chunk, chunkedField, lastChunk, message } from './compose.ts';
import type { OddResponse } from './vector.ts';

const ok = 'HTTP/1.1 200 OK';
const five = 'Content-Length: 5';
const none = 'Content-Length: 0';
const done = message(ok, [five], 'hello');
const head = { method: 'HEAD' };
const latin1 = Array.from({ length: 128 }, (_, index) => String.fromCharCode(128 + index)).join('');

const statusLines: readonly Answer[] = [
  ['a status above 599', 'RFC 9110 15', message('HTTP/1.1 600 Odd', [five], 'hello'), 5],
  ['the largest status', 'RFC 9110 15', message('HTTP/1.1 999 Odd', [five], 'hello'), 5],
  ['an empty reason', 'RFC 9112 4', message('HTTP/1.1 200 ', [five], 'hello'), 5],
  ['no space before the missing reason', 'RFC 9112 4', message('HTTP/1.1 200', [five], 'hello'), 5],
  ['a reason of spaces and a tab', 'RFC 9112 4', message('HTTP/1.1 200  \t ', [five], 'hello'), 5],
  ['two spaces before the reason', 'RFC 9112 4', message('HTTP/1.1 200  OK', [five], 'hello'), 5],
  ['a reason of obs-text', 'RFC 9112 4', message(`HTTP/1.1 200 ${latin1}`, [five], 'hello'), 5],
  [
    'a reason in UTF-8',
    'RFC 9112 4',
    message('HTTP/1.1 200 d\xe2\x80\x99accord', [five], 'hello'),
    5,
  ],
  [
    'a reason of all visible characters',
    'RFC 9112 4',
    message('HTTP/1.1 200 !"#$%&\'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~', [none]),
    0,
  ],
  [
    'a reason that contradicts the status',
    'RFC 9112 4',
    message('HTTP/1.1 200 Not Found', [none]),
    0,
  ],
  [
    'a reason that looks like a status line',
    'RFC 9112 4',
    message('HTTP/1.1 200 HTTP/1.1 500', [none]),
    0,
  ],
  [
    'a reason of 8,000 letters',
    'RFC 9112 4',
    message(`HTTP/1.1 200 ${'a'.repeat(8000)}`, [none]),
    0,
  ],
];

const statuses: readonly Answer[] = [
  205, 206, 226, 299, 300, 308, 399, 402, 418, 421, 425, 451, 499, 500, 511, 599,
].map((status) => [
  `status ${status}`,
  'RFC 9110 15',
  message(`HTTP/1.1 ${status} Odd`, [none]),
  0,
]);

const interim: readonly Answer[] = [
  ['100 and an answer', 'RFC 9110 15.2', `${message('HTTP/1.1 100 Continue', [])}${done}`, 5],
  ['100 twice', 'RFC 9110 15.2', `${message('HTTP/1.1 100 Continue', []).repeat(2)}${done}`, 5],
  [
    '100 with fields',
    'RFC 9110 15.2',
    `${message('HTTP/1.1 100 ', ['X-Odd: a', 'Date: now'])}${done}`,
    5,
  ],
  [
    '102 ten times',
    'RFC 9110 15.2',
    `${message('HTTP/1.1 102 Processing', []).repeat(10)}${done}`,
    5,
  ],
  [
    '103 with links',
    'RFC 8297 2',
    `${message('HTTP/1.1 103 Early Hints', ['Link: </a>; rel=preload', 'Link: </b>'])}${done}`,
    5,
  ],
  [
    '100, 102 and 103',
    'RFC 9110 15.2',
    ['100 Continue', '102 P', '103 E'].map((line) => message(`HTTP/1.1 ${line}`, [])).join('') +
      done,
    5,
  ],
  ['an unknown interim answer', 'RFC 9110 15.2', `${message('HTTP/1.1 199 Odd', [])}${done}`, 5],
  [
    '103 before 304',
    'RFC 9110 15.2',
    message('HTTP/1.1 103 E', []) + message('HTTP/1.1 304 N', [five]),
    0,
  ],
  [
    '103 before an answer to HEAD',
    'RFC 9110 15.2',
    message('HTTP/1.1 103 E', []) + message(ok, [five]),
    0,
    head,
  ],
  [
    '103 before chunks',
    'RFC 9110 15.2',
    message('HTTP/1.1 103 E', []) + message(ok, [chunkedField], chunk('hello') + lastChunk()),
    5,
  ],
];

const cookies = Array.from({ length: 200 }, (_, index) => `Set-Cookie: c${index}=${index}; Path=/`);
const odd = (...fields: readonly string[]): string => message(ok, [...fields, none]);
const fields: readonly Answer[] = [
  ['200 Set-Cookie lines', 'RFC 6265 4.1', odd(...cookies), 0],
  [
    'Set-Cookie with commas and obs-text',
    'RFC 6265 5.2',
    odd('Set-Cookie: a="b, c"; Expires=Wed, 09 Jun 2027 10:18:14 GMT', 'set-cookie: =\xe4;;'),
    0,
  ],
  ['empty values', 'RFC 9110 5.5', odd('X-Odd:', 'Server: ', 'ETag:\t'), 0],
  ['a value of all obs-text', 'RFC 9110 5.5', odd(`X-Odd: ${latin1}`), 0],
  ['all marks in a field name', 'RFC 9110 5.6.2', odd("!#$%&'*+-.^_`|~: a"), 0],
  ['one field name in three cases', 'RFC 9110 5.1', odd('VARY: a', 'vary: b', 'Vary: *'), 0],
  [
    'two Date and two Server lines',
    'RFC 9110 5.3',
    odd('Date: a', 'Server: b', 'Date: c', 'Server: d'),
    0,
  ],
  ['a value of 60 KB', 'RFC 9110 5.4', odd(`X-Odd: ${'a'.repeat(60_000)}`), 0],
  [
    '200 field lines',
    'RFC 9110 5.4',
    odd(...Array.from({ length: 199 }, (_, index) => `X-${index}: a`)),
    0,
  ],
  ['a Host in an answer', 'RFC 9110 7.2', odd('Host: a', 'Host: b c'), 0],
  ['Upgrade in a 200', 'RFC 9110 7.8', odd('Upgrade: odd', 'Connection: upgrade'), 0],
  [
    '426 with Upgrade',
    'RFC 9110 15.5.22',
    message('HTTP/1.1 426 Upgrade Required', ['Upgrade: HTTP/2.0', 'Connection: Upgrade', none]),
    0,
  ],
  [
    'Connection that names fields',
    'RFC 9110 7.6.1',
    odd('Connection: keep-alive, X-Odd', 'X-Odd: a', 'Keep-Alive: timeout=5'),
    0,
  ],
  [
    'Connection that names Transfer-Encoding, as some content networks send it',
    'RFC 9110 7.6.1',
    message(
      ok,
      [chunkedField, 'Connection: keep-alive', 'Connection: Transfer-Encoding'],
      chunk('hello') + lastChunk(),
    ),
    5,
  ],
  [
    'names of ours that mean nothing in an answer',
    'RFC 9110 5.1',
    odd('x-byway-id: a', 'baggage: b=c', 'x-byway-served-by: me'),
    0,
  ],
  ['a content coding called chunked', 'RFC 9110 8.4', odd('Content-Encoding: chunked'), 0],
  [
    'a location with spaces',
    'RFC 9110 10.2.2',
    message('HTTP/1.1 302 Found', ['Location: /a b?c=\xe4', none]),
    0,
  ],
];

/** Odd but valid status lines, interim answers and field lines. */
export const oddResponseHeads: readonly OddResponse[] = [
  ...statusLines,
  ...statuses,
  ...interim,
  ...fields,
].map(oddResponse);
