import { chunk, chunkedField, host, lastChunk, message } from './compose.ts';
import type { OddRequest } from './vector.ts';

type Chunked = readonly [name: string, rule: string, body: string, contentBytes: number];

const every = (text: string): string => Array.from(text, (character) => chunk(character)).join('');
const allBytes = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');

const chunked: readonly Chunked[] = [
  ['no chunk but the last', 'RFC 9112 7.1', lastChunk(), 0],
  ['a size in upper case', 'RFC 9112 7.1', `A\r\n0123456789\r\n${lastChunk()}`, 10],
  ['a size in lower case', 'RFC 9112 7.1', `a\r\n0123456789\r\n${lastChunk()}`, 10],
  ['a size in mixed case', 'RFC 9112 7.1', `aB\r\n${'x'.repeat(171)}\r\n${lastChunk()}`, 171],
  ['a size with a leading zero', 'RFC 9112 7.1', `05\r\nhello\r\n${lastChunk()}`, 5],
  ['a size of twelve digits', 'RFC 9112 7.1', `000000000005\r\nhello\r\n${lastChunk()}`, 5],
  ['a last chunk of twelve zeros', 'RFC 9112 7.1', `${chunk('hello')}000000000000\r\n\r\n`, 5],
  ['a chunk for every byte', 'RFC 9112 7.1', every('hello, world'.repeat(20)) + lastChunk(), 240],
  ['a chunk of all bytes', 'RFC 9112 7.1', chunk(allBytes) + lastChunk(), 256],
  [
    'line ends as data',
    'RFC 9112 7.1',
    chunk('\r\n') + chunk('\n') + chunk('0\r\n\r\n') + lastChunk(),
    8,
  ],
  ['a chunk of 100 KB', 'RFC 9112 7.1', chunk('x'.repeat(100_000)) + lastChunk(), 100_000],
  [
    'a request as data',
    'RFC 9112 7.1',
    chunk('GET / HTTP/1.1\r\nHost: a\r\n\r\n') + lastChunk(),
    27,
  ],
  ['an extension without a value', 'RFC 9112 7.1.1', chunk('hello', ';a') + lastChunk(), 5],
  ['an extension with a token', 'RFC 9112 7.1.1', chunk('hello', ';a=b') + lastChunk(), 5],
  [
    'an extension with a quoted value',
    'RFC 9112 7.1.1',
    chunk('hello', ';a="b c;d=e,\t"') + lastChunk(),
    5,
  ],
  [
    'an extension with an empty quoted value',
    'RFC 9112 7.1.1',
    chunk('hello', ';a=""') + lastChunk(),
    5,
  ],
  [
    'an extension with quoted pairs',
    'RFC 9112 7.1.1',
    chunk('hello', ';a="\\"\\\\\\b"') + lastChunk(),
    5,
  ],
  [
    'an extension with quoted obs-text',
    'RFC 9112 7.1.1',
    chunk('hello', ';a="\xe4\xf6"') + lastChunk(),
    5,
  ],
  [
    'an extension with all marks of a token',
    'RFC 9112 7.1.1',
    chunk('hello', ";!#$%&'*+-.^_`|~=!#$%&'*+-.^_`|~") + lastChunk(),
    5,
  ],
  ['three extensions', 'RFC 9112 7.1.1', chunk('hello', ';a;b=c;d="e"') + lastChunk(), 5],
  ['one extension twice', 'RFC 9112 7.1.1', chunk('hello', ';a=b;a=c') + lastChunk(), 5],
  ['an extension on the last chunk', 'RFC 9112 7.1.1', `${chunk('hello')}0;a=b\r\n\r\n`, 5],
  [
    'an extension of 4,000 bytes',
    'RFC 9112 7.1.1',
    chunk('hello', `;a=${'b'.repeat(3997)}`) + lastChunk(),
    5,
  ],
  ['a trailer', 'RFC 9112 7.1.2', chunk('hello') + lastChunk(['X-Sum: 1']), 5],
  [
    'a trailer that nobody announced',
    'RFC 9112 7.1.2',
    chunk('hello') + lastChunk(['ETag: "a"']),
    5,
  ],
  ['an empty trailer', 'RFC 9112 7.1.2', chunk('hello') + lastChunk(['X-Sum:', 'X-Next: ']), 5],
  [
    'ten trailers of one name',
    'RFC 9112 7.1.2',
    chunk('hello') + lastChunk(Array.from({ length: 10 }, () => 'X-Sum: 1')),
    5,
  ],
  [
    'a trailer with obs-text and spaces',
    'RFC 9112 7.1.2',
    chunk('hello') + lastChunk(['x-SUM:\t \xe4 ']),
    5,
  ],
  [
    'a trailer of 15 KB',
    'RFC 9112 7.1.2',
    chunk('hello') + lastChunk([`X-Sum: ${'1'.repeat(15_000)}`]),
    5,
  ],
  ['trailers without content', 'RFC 9112 7.1.2', lastChunk(['X-Sum: 0', 'grpc-status: 0']), 0],
];

/** Odd but valid requests in chunks. */
export const oddRequestChunks: readonly OddRequest[] = chunked.map(
  ([name, rule, body, contentBytes]) => ({
    name: `chunks: ${name}`,
    rule,
    method: 'POST',
    target: '/odd',
    bytes: message('POST /odd HTTP/1.1', [host, chunkedField], body),
    contentBytes,
  }),
);
