import { chunk, chunkedField, fieldFault, host, lastChunk, message } from './compose.ts';
import type { HostileHead } from './vector.ts';

type Spelling = readonly [name: string, value: string];

/** Values of Content-Length that a strict reader refuses, for a body of three bytes. */
export const badLengths: readonly Spelling[] = [
  ['a list of equal lengths', '3, 3'],
  ['a list of equal lengths without a space', '3,3'],
  ['a list of three lengths', '3,3,3'],
  ['a list of different lengths', '3, 45'],
  ['a length and a comma', '3,'],
  ['a comma and a length', ',3'],
  ['a plus sign', '+3'],
  ['a minus sign', '-3'],
  ['minus zero', '-0'],
  ['a space inside', '3 4'],
  ['a tab inside', '3\t4'],
  ['a hexadecimal length', '0x3'],
  ['an octal prefix', '0o3'],
  ['a binary prefix', '0b11'],
  ['a hexadecimal digit', 'a'],
  ['a decimal point', '3.0'],
  ['an exponent', '3e0'],
  ['an underscore between digits', '0_3'],
  ['a semicolon', '3;a=b'],
  ['quotes', '"3"'],
  ['a word', 'three'],
  ['a letter after the digits', '3x'],
  ['nothing', ''],
  ['only white space', ' \t '],
  ['sixteen digits', '1000000000000000'],
  ['sixteen digits with leading zeros', '0000000000000003'],
  ['two to the 64th and three', '18446744073709551619'],
  ['two hundred digits', '9'.repeat(200)],
  ['a vertical tab before the digits', '\x0b3'],
  ['NUL after the digits', '3\x00'],
  ['a no-break space after the digits', '3\xa0'],
  ['a digit of another script in UTF-8', '\xef\xbc\x93'],
  ['a bare CR after the digits', '3\r'],
];

/** Values of Transfer-Encoding that are no list with `chunked` at its end: 400. */
export const badCodings: readonly Spelling[] = [
  ['an x before chunked', 'xchunked'],
  ['an x after chunked', 'chunkedx'],
  ['a part of chunked', 'chunk'],
  ['chunked written twice in one word', 'chunkedchunked'],
  ['chunked twice without a comma', 'chunked chunked'],
  ['chunked before identity', 'chunked, identity'],
  ['chunked before gzip', 'chunked, gzip'],
  ['identity', 'identity'],
  ['gzip', 'gzip'],
  ['an unknown coding', 'cow'],
  ['a comma before chunked', ', chunked'],
  ['a comma after chunked', 'chunked,'],
  ['a comma only', ','],
  ['a parameter of chunked', 'chunked;q=1'],
  ['a bare semicolon after chunked', 'chunked;'],
  ['double quotes', '"chunked"'],
  ['single quotes', "'chunked'"],
  ['a colon before chunked', ': chunked'],
  ['a space inside chunked', 'chun ked'],
  ['nothing', ''],
  ['only white space', ' \t'],
  ['a vertical tab before chunked', '\x0bchunked'],
  ['a form feed before chunked', '\x0cchunked'],
  ['a vertical tab after chunked', 'chunked\x0b'],
  ['NUL before chunked', '\x00chunked'],
  ['NUL after chunked', 'chunked\x00'],
  ['a control character after chunked', 'chunked\x11'],
  ['a no-break space before chunked', '\xa0chunked'],
  ['a no-break space after chunked', 'chunked\xa0'],
  ['a letter in UTF-8 that looks like h', 'c\xd2\xbbunked'],
  ['a bare CR before chunked', '\rchunked'],
  ['a bare CR after chunked', 'chunked\r'],
  ['a bare LF before chunked', '\nchunked'],
  ['a fold before chunked', '\r\n chunked'],
  ['a fold after chunked', 'chunked\r\n identity'],
];

/** Lists of codings that end in `chunked` and that we cannot undo: 501. */
export const otherCodings: readonly Spelling[] = [
  ['gzip before chunked', 'gzip, chunked'],
  ['gzip before chunked without a space', 'gzip,chunked'],
  ['deflate and gzip before chunked', 'deflate, gzip, chunked'],
  ['identity before chunked', 'identity, chunked'],
  ['an unknown coding before chunked', 'cow, chunked'],
  ['GZIP before CHUNKED in upper case', 'GZIP, CHUNKED'],
];

/** Lists that end in `chunked` and hold it twice: refused, and a status is not claimed. */
export const repeatedCodings: readonly Spelling[] = [
  ['chunked twice', 'chunked, chunked'],
  ['chunked twice without a space', 'chunked,Chunked'],
  ['chunked around gzip', 'chunked, gzip, chunked'],
];

const body = chunk('abc') + lastChunk(); // thirteen bytes

const pairs: readonly (readonly [name: string, fields: readonly string[]])[] = [
  ['chunked and a length', [chunkedField, 'Content-Length: 13']],
  ['a length and chunked', ['Content-Length: 13', 'A: b', chunkedField]],
  [
    'CHUNKED in upper case and a length of zero',
    ['TRANSFER-ENCODING: CHUNKED', 'content-length: 0'],
  ],
  ['gzip and a length', ['Transfer-Encoding: gzip', 'Content-Length: 13']],
  ['identity and a length', ['Content-Length: 13', 'Transfer-Encoding: identity']],
  ['an empty coding and a length', ['Content-Length: 13', 'Transfer-Encoding:']],
  ['two identical lines of chunked', [chunkedField, chunkedField]],
  ['chunked and identity on two lines', [chunkedField, 'Transfer-Encoding: identity']],
  ['gzip and chunked on two lines', ['Transfer-Encoding: gzip', chunkedField]],
  ['an empty line and chunked', ['Transfer-Encoding:', 'A: b', 'transfer-encoding: chunked']],
  ['two identical lengths', ['Content-Length: 13', 'Content-Length: 13']],
  ['two different lengths', ['Content-Length: 13', 'Content-Length: 3']],
  ['two lengths of zero', ['Content-Length: 0', 'A: b', 'CONTENT-LENGTH: 0']],
  ['a length and an empty length', ['Content-Length: 13', 'Content-Length:']],
  ['a good length and a negative one', ['Content-Length: 13', 'Content-Length: -1']],
];

const framing = (
  rule: string,
  name: string,
  fields: readonly string[],
  first = 'POST /hostile HTTP/1.1',
): HostileHead => ({
  name: `framing: ${name}`,
  family: 'framing',
  rule,
  bytes: message(first, [host, ...fields], body),
  status: 400,
});

/** Faults of Content-Length and Transfer-Encoding, alone and together. */
export const hostileFraming: readonly HostileHead[] = [
  ...badLengths.map(([name, value]) => {
    const field = [`Content-Length: ${name}`, `Content-Length: ${value}`] as const;
    return fieldFault('content-length', 'RFC 9110 8.6', field, 'abc');
  }),
  ...badCodings.map(([name, value]) => {
    const field = [`Transfer-Encoding: ${name}`, `Transfer-Encoding: ${value}`] as const;
    return fieldFault('transfer-encoding', 'RFC 9112 6.3', field, body);
  }),
  ...otherCodings.map(([name, value]) => {
    const field = [`Transfer-Encoding: ${name}`, `Transfer-Encoding: ${value}`, 501] as const;
    return fieldFault('transfer-encoding', 'RFC 9112 6.1', field, body);
  }),
  ...pairs.map(([name, fields]) => framing('RFC 9112 6.3', name, fields)),
  framing('RFC 9112 6.1', 'chunked in HTTP/1.0', [chunkedField], 'POST /hostile HTTP/1.0'),
  framing(
    'RFC 9112 6.1',
    'chunked in HTTP/1.0 with keep-alive',
    ['Connection: keep-alive', chunkedField],
    'POST /hostile HTTP/1.0',
  ),
  framing(
    'RFC 9112 6.1',
    'chunked and a length in HTTP/1.0',
    ['Content-Length: 13', chunkedField],
    'POST /hostile HTTP/1.0',
  ),
];
