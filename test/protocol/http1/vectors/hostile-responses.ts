import { chunk, chunkedField, lastChunk, message } from './compose.ts';
import { badLengths } from './hostile-framing.ts';
import type { HostileResponse } from './vector.ts';

type Named = readonly [name: string, text: string];

const ok = 'HTTP/1.1 200 OK';
const empty = 'Content-Length: 0';

const statusLines: readonly Named[] = [
  ['HTTP/2.0', 'HTTP/2.0 200 OK'],
  ['HTTP/1.2', 'HTTP/1.2 200 OK'],
  ['HTTP/0.9', 'HTTP/0.9 200 OK'],
  ['a version in lower case', 'http/1.1 200 OK'],
  ['a version without a minor digit', 'HTTP/1 200 OK'],
  ['a version of two minor digits', 'HTTP/1.10 200 OK'],
  ['a leading zero in the version', 'HTTP/01.1 200 OK'],
  ['a comma in the version', 'HTTP/1,1 200 OK'],
  ['another protocol', 'ICY 200 OK'],
  ['no protocol', '200 OK'],
  ['no status', 'HTTP/1.1'],
  ['no status but a space', 'HTTP/1.1 '],
  ['no status but a reason', 'HTTP/1.1 OK'],
  ['two spaces before the status', 'HTTP/1.1  200 OK'],
  ['a tab before the status', 'HTTP/1.1\t200 OK'],
  ['a tab after the status', 'HTTP/1.1 200\tOK'],
  ['a space before the version', ' HTTP/1.1 200 OK'],
  ['one digit', 'HTTP/1.1 2 OK'],
  ['two digits', 'HTTP/1.1 20 OK'],
  ['four digits', 'HTTP/1.1 2000 OK'],
  ['a letter among the digits', 'HTTP/1.1 2o0 OK'],
  ['a plus sign', 'HTTP/1.1 +20 OK'],
  ['a reason right after the status', 'HTTP/1.1 200OK'],
  ['a decimal point in the status', 'HTTP/1.1 200.1 OK'],
  ['NUL in the reason', 'HTTP/1.1 200 O\x00K'],
  ['a control character in the reason', 'HTTP/1.1 200 O\x01K'],
  ['DEL in the reason', 'HTTP/1.1 200 O\x7fK'],
  ['a bare CR in the reason', 'HTTP/1.1 200 O\rK'],
  ['a bare CR after the reason', 'HTTP/1.1 200 OK\r'],
  ['an empty line before the answer', '\r\nHTTP/1.1 200 OK'],
];

/** Three digits that are no status, in a list of their own because real services send some of them. */
const statuses = ['000', '099'];

const fields: readonly Named[] = [
  ['a space before the colon', 'X-Odd : a'],
  ['a tab before the colon', 'X-Odd\t: a'],
  ['an empty field name', ': a'],
  ['a line without a colon', 'X-Odd'],
  ['a space inside a field name', 'X Odd: a'],
  ['a delimiter in a field name', 'X(Odd): a'],
  ['a latin1 letter in a field name', '\xd6dd: a'],
  ['NUL in a field name', 'X\x00Odd: a'],
  ['NUL in a value', 'X-Odd: a\x00b'],
  ['a control character in a value', 'X-Odd: \x01'],
  ['DEL in a value', 'X-Odd: \x7f'],
  ['a bare CR in a value', 'X-Odd: a\rSet-Cookie: a=b'],
  ['a bare CR at the end of a value', 'X-Odd: a\r'],
  ['a bare LF after a value', 'X-Odd: a\nSet-Cookie: a=b'],
  ['a value folded with a space', 'X-Odd: a\r\n b'],
  ['a value folded with a tab', 'X-Odd: a\r\n\tb'],
  ['a field of 70 KiB', `X-Odd: ${'a'.repeat(71_680)}`],
  ['300 field lines', Array.from({ length: 300 }, (_, index) => `X-${index}: a`).join('\r\n')],
];

const wholes: readonly Named[] = [
  ['bare LF everywhere', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n'],
  ['a bare LF after the status line', 'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n'],
  ['a bare LF as the empty line', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\n'],
  ['white space before the first field', 'HTTP/1.1 200 OK\r\n X: a\r\nContent-Length: 0\r\n\r\n'],
  ['a page without a head', '<html><body>hello</body></html>\r\n\r\n'],
  ['the greeting of another protocol', 'SSH-2.0-Odd_1.0\r\n\r\n'],
  ['a status line that never ends', `HTTP/1.1 200 ${'a'.repeat(131_072)}`],
  ['field lines that never end', `HTTP/1.1 200 OK\r\n${'X-Odd: a\r\n'.repeat(20_000)}`],
  ['a request', 'GET / HTTP/1.1\r\nHost: example.test\r\n\r\n'],
];

const framing: readonly (readonly [name: string, fields: readonly string[]])[] = [
  ['chunked and a length', [chunkedField, 'Content-Length: 13']],
  ['a length and chunked', ['content-length: 13', 'A: b', 'transfer-encoding: CHUNKED']],
  ['gzip and a length', ['Content-Length: 13', 'Transfer-Encoding: gzip']],
  ['two identical lengths', ['Content-Length: 13', 'Content-Length: 13']],
  ['two different lengths', ['Content-Length: 13', 'Content-Length: 3']],
  ['two lines of chunked', [chunkedField, chunkedField]],
  ['gzip before chunked', ['Transfer-Encoding: gzip, chunked']],
  ['gzip and chunked on two lines', ['Transfer-Encoding: gzip', chunkedField]],
  ['gzip only', ['Transfer-Encoding: gzip']],
  ['identity', ['Transfer-Encoding: identity']],
  ['chunked before gzip', ['Transfer-Encoding: chunked, gzip']],
  ['chunked twice', ['Transfer-Encoding: chunked, chunked']],
  ['a parameter of chunked', ['Transfer-Encoding: chunked;q=1']],
  ['an x before chunked', ['Transfer-Encoding: xchunked']],
  ['quoted chunked', ['Transfer-Encoding: "chunked"']],
  ['a vertical tab before chunked', ['Transfer-Encoding: \x0bchunked']],
  ['an empty coding', ['Transfer-Encoding:']],
];

const body = chunk('abc') + lastChunk(); // thirteen bytes

const withoutBody: readonly Named[] = [
  ['204 in chunks', message('HTTP/1.1 204 No Content', [chunkedField], lastChunk())],
  ['204 with a length', message('HTTP/1.1 204 No Content', ['Content-Length: 5'], 'hello')],
  ['100 with a length', message('HTTP/1.1 100 Continue', ['Content-Length: 5'], 'hello')],
  ['100 in chunks', message('HTTP/1.1 100 Continue', [chunkedField], lastChunk())],
  ['103 with a length', message('HTTP/1.1 103 Early Hints', ['Content-Length: 5'], 'hello')],
  ['103 in chunks', message('HTTP/1.1 103 Early Hints', [chunkedField], body)],
  [
    '101 that nobody asked for',
    message('HTTP/1.1 101 Switching Protocols', ['Upgrade: odd', 'Connection: upgrade']),
  ],
  ['101 without Upgrade', message('HTTP/1.1 101 Switching Protocols', [])],
  [
    'a fault after an interim answer',
    `${message('HTTP/1.1 103 Early Hints', ['Link: </a>'])}HTTP/1.1 2 OK\r\n\r\n`,
  ],
];

const chunks: readonly Named[] = [
  ['an empty chunk size', '\r\nabc\r\n0\r\n\r\n'],
  ['a chunk size that is no number', 'xyz\r\nabc\r\n0\r\n\r\n'],
  ['a chunk size with a prefix', '0x3\r\nabc\r\n0\r\n\r\n'],
  ['a chunk size with a minus sign', '-3\r\nabc\r\n0\r\n\r\n'],
  ['a chunk size of 16 digits', 'ffffffffffffffff\r\nabc\r\n0\r\n\r\n'],
  ['a space after the chunk size', '3 \r\nabc\r\n0\r\n\r\n'],
  ['a bare LF after the chunk size', '3\nabc\r\n0\r\n\r\n'],
  ['a bare LF after the data of a chunk', '3\r\nabc\n0\r\n\r\n'],
  ['nothing after the data of a chunk', '3\r\nabc0\r\n\r\n'],
  ['more data than the chunk size', '3\r\nabcd\r\n0\r\n\r\n'],
  ['an open quote in an extension', '3;a="b\r\nabc\r\n0\r\n\r\n'],
  ['NUL in an extension', '3;a=\x00\r\nabc\r\n0\r\n\r\n'],
  ['Content-Length in the trailers', '3\r\nabc\r\n0\r\nContent-Length: 3\r\n\r\n'],
  ['Transfer-Encoding in the trailers', '3\r\nabc\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ['a fold in the trailers', '3\r\nabc\r\n0\r\nX-Sum: 1\r\n 2\r\n\r\n'],
  ['a bare LF at the end', '3\r\nabc\r\n0\r\n\n'],
  ['an answer in plain text', 'hello, world\r\n'],
];

const cuts: readonly Named[] = [
  ['the end inside the status line', 'HTTP/1.1 20'],
  ['the end inside the head', 'HTTP/1.1 200 OK\r\nContent-Le'],
  ['the end after an interim answer', message('HTTP/1.1 103 Early Hints', ['Link: </a>'])],
  ['one byte less than announced', message(ok, ['Content-Length: 4'], 'abc')],
  ['the end before the last chunk', message(ok, [chunkedField], chunk('abc'))],
  ['the end inside a chunk', message(ok, [chunkedField], '3\r\nab')],
  ['the end inside the trailers', message(ok, [chunkedField], '3\r\nabc\r\n0\r\nX-Sum: 1\r\n')],
];

const fault =
  (family: string, rule: string) =>
  ([name, bytes]: Named): HostileResponse => ({
    name: `${family}: ${name}`,
    family,
    rule,
    method: 'GET',
    bytes,
  });

/** Answers of an upstream that are not forwarded, or not to their end. */
export const hostileResponseTable: readonly HostileResponse[] = [
  ...statusLines
    .map(([name, first]): Named => [name, message(first, [empty])])
    .map(fault('status line', 'RFC 9112 4')),
  ...statuses
    .map((status): Named => [`status ${status}`, message(`HTTP/1.1 ${status} Odd`, [empty])])
    .map(fault('status code', 'RFC 9110 15')),
  ...fields
    .map(([name, line]): Named => [name, message(ok, ['A: b', line, empty])])
    .map(fault('field', 'RFC 9112 5')),
  ...wholes.map(fault('head', 'RFC 9112 2.2')),
  ...badLengths
    .map(([name, value]): Named => [name, message(ok, [`Content-Length: ${value}`], 'abc')])
    .map(fault('content-length', 'RFC 9110 8.6')),
  ...framing
    .map(([name, lines]): Named => [name, message(ok, lines, body)])
    .map(fault('framing', 'RFC 9112 6.3')),
  fault(
    'framing',
    'RFC 9112 6.1',
  )(['chunked in HTTP/1.0', message('HTTP/1.0 200 OK', [chunkedField], body)]),
  ...withoutBody.map(fault('no content', 'RFC 9112 6.3')),
  ...chunks
    .map(([name, text]): Named => [name, message(ok, [chunkedField], text)])
    .map(fault('chunk', 'RFC 9112 7.1')),
  ...cuts.map((cut) => ({ ...fault('cut', 'RFC 9112 8')(cut), thenEnd: true })),
];
