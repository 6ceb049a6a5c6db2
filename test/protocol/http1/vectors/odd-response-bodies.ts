import { type Answer, oddResponse } from './answer.ts';
import { chunk, chunkedField, lastChunk, message } from './compose.ts';
import type { OddResponse } from './vector.ts';

const ok = 'HTTP/1.1 200 OK';
const five = 'Content-Length: 5';
const none = 'Content-Length: 0';
const inChunks = (body: string, fields: readonly string[] = []): string =>
  message(ok, [chunkedField, ...fields], body);
const head = { method: 'HEAD' };
const untilClose = { closeDelimited: true };

const noContent: readonly Answer[] = [
  ['204 without fields', 'RFC 9112 6.3', message('HTTP/1.1 204 No Content', []), 0],
  ['204 with a length of zero', 'RFC 9110 8.6', message('HTTP/1.1 204 No Content', [none]), 0],
  ['304 without fields', 'RFC 9112 6.3', message('HTTP/1.1 304 Not Modified', []), 0],
  [
    '304 with a length',
    'RFC 9110 8.6',
    message('HTTP/1.1 304 Not Modified', ['Content-Length: 12345']),
    0,
  ],
  ['304 in chunks', 'RFC 9112 6.1', message('HTTP/1.1 304 Not Modified', [chunkedField]), 0],
  ['HEAD with a length', 'RFC 9110 8.6', message(ok, ['Content-Length: 1000000']), 0, head],
  ['HEAD with a length of zero', 'RFC 9110 8.6', message(ok, [none]), 0, head],
  ['HEAD in chunks', 'RFC 9112 6.1', message(ok, [chunkedField]), 0, head],
  ['HEAD without fields', 'RFC 9112 6.3', message(ok, []), 0, head],
  [
    'HEAD of something missing',
    'RFC 9110 9.3.2',
    message('HTTP/1.1 404 Not Found', [five]),
    0,
    head,
  ],
  ['HEAD in HTTP/1.0', 'RFC 9112 6.3', message('HTTP/1.0 200 OK', [five]), 0, head],
];

const lengths: readonly Answer[] = [
  [
    'a length with leading zeros',
    'RFC 9110 8.6',
    message(ok, ['Content-Length: 0005'], 'hello'),
    5,
  ],
  [
    'spaces and tabs around a length',
    'RFC 9112 5.1',
    message(ok, ['content-LENGTH:\t5 \t '], 'hello'),
    5,
  ],
  ['a body of line ends', 'RFC 9110 6.4', message(ok, ['Content-Length: 4'], '\r\n\r\n'), 4],
  [
    'a body that looks like an answer',
    'RFC 9110 6.4',
    message(ok, ['Content-Length: 38'], message(ok, [none])),
    38,
  ],
  [
    'a body of 300 KB',
    'RFC 9110 6.4',
    message(ok, ['Content-Length: 300000'], 'z'.repeat(300_000)),
    300_000,
  ],
  ['HTTP/1.0 with a length', 'RFC 9112 6.3', message('HTTP/1.0 200 OK', [five], 'hello'), 5],
  [
    'HTTP/1.0 with a length and keep-alive',
    'RFC 9112 9.3',
    message('HTTP/1.0 200 OK', ['Connection: keep-alive', five], 'hello'),
    5,
  ],
  ['a length and close', 'RFC 9112 9.6', message(ok, ['Connection: close', five], 'hello'), 5],
];

const chunks: readonly Answer[] = [
  ['no chunk but the last', 'RFC 9112 7.1', inChunks(lastChunk()), 0],
  [
    'sizes in both cases and with zeros',
    'RFC 9112 7.1',
    inChunks(`A\r\n0123456789\r\n0000a\r\n0123456789\r\n${lastChunk()}`),
    20,
  ],
  [
    'CHUNKED in upper case',
    'RFC 9112 7',
    message(ok, ['TRANSFER-ENCODING: \tCHUNKED '], chunk('hello') + lastChunk()),
    5,
  ],
  [
    'a last chunk of twelve zeros',
    'RFC 9112 7.1',
    inChunks(`${chunk('hello')}000000000000\r\n\r\n`),
    5,
  ],
  [
    'extensions of all forms',
    'RFC 9112 7.1.1',
    inChunks(`${chunk('hello', ';a;b=c;d="e;\\"\xe4"')}0;f\r\n\r\n`),
    5,
  ],
  [
    'trailers',
    'RFC 9112 7.1.2',
    inChunks(chunk('hello') + lastChunk(['X-Sum: 1', 'Server-Timing: a;dur=1']), [
      'Trailer: X-Sum',
    ]),
    5,
  ],
  [
    'trailers of gRPC-Web and no content',
    'RFC 9112 7.1.2',
    inChunks(lastChunk(['grpc-status: 0', 'grpc-message:'])),
    0,
  ],
  [
    'a chunk of 100 KB',
    'RFC 9112 7.1',
    inChunks(chunk('z'.repeat(100_000)) + lastChunk()),
    100_000,
  ],
  ['100 chunks of one byte', 'RFC 9112 7.1', inChunks(chunk('z').repeat(100) + lastChunk()), 100],
  ['an answer as data', 'RFC 9112 7.1', inChunks(chunk(message(ok, [none])) + lastChunk()), 38],
  ['line ends as data', 'RFC 9112 7.1', inChunks(chunk('\r\n0\r\n\r\n') + lastChunk()), 7],
];

const closing: readonly Answer[] = [
  [
    'content until the end',
    'RFC 9112 6.3',
    message(ok, ['Connection: close'], 'hello'),
    5,
    untilClose,
  ],
  [
    'content until the end without Connection',
    'RFC 9112 6.3',
    message(ok, [], 'hello'),
    5,
    untilClose,
  ],
  ['nothing until the end', 'RFC 9112 6.3', message(ok, []), 0, untilClose],
  [
    'HTTP/1.0 until the end',
    'RFC 9112 6.3',
    message('HTTP/1.0 200 OK', [], 'hello'),
    5,
    untilClose,
  ],
  [
    'HTTP/1.0 without fields and with a bare status',
    'RFC 9112 6.3',
    message('HTTP/1.0 200', [], 'hello'),
    5,
    untilClose,
  ],
  ['an error until the end', 'RFC 9112 6.3', message('HTTP/1.1 500 ', [], 'hello'), 5, untilClose],
  [
    'chunks as content until the end',
    'RFC 9112 6.3',
    message(ok, ['X-Transfer-Encoding: chunked'], '0\r\n\r\n'),
    5,
    untilClose,
  ],
  [
    'an answer as content until the end',
    'RFC 9112 6.3',
    message(ok, [], message(ok, [none])),
    38,
    untilClose,
  ],
  [
    '103 before content until the end',
    'RFC 9112 6.3',
    message('HTTP/1.1 103 E', []) + message(ok, [], 'hello'),
    5,
    untilClose,
  ],
  [
    '200 KB until the end',
    'RFC 9112 6.3',
    message(ok, [], 'z'.repeat(200_000)),
    200_000,
    untilClose,
  ],
];

/** Odd but valid framing of answers: none, by length, in chunks, until the end. */
export const oddResponseBodies: readonly OddResponse[] = [
  ...noContent,
  ...lengths,
  ...chunks,
  ...closing,
].map(oddResponse);
