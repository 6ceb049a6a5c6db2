import { chunk, chunkedField, host, lastChunk, message } from './compose.ts';
import type { OddRequest } from './vector.ts';

const allBytes = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');

type Sent = {
  readonly name: string;
  readonly rule: string;
  readonly method?: string;
  readonly version?: string;
  readonly fields: readonly string[];
  readonly body: string;
  readonly contentBytes: number;
};

const sent: readonly Sent[] = [
  {
    name: 'GET with a length',
    rule: 'RFC 9110 9.3.1',
    method: 'GET',
    fields: ['Content-Length: 5'],
    body: 'hello',
    contentBytes: 5,
  },
  {
    name: 'GET in chunks',
    rule: 'RFC 9110 9.3.1',
    method: 'GET',
    fields: [chunkedField],
    body: chunk('hello') + lastChunk(),
    contentBytes: 5,
  },
  {
    name: 'HEAD with a length',
    rule: 'RFC 9110 9.3.2',
    method: 'HEAD',
    fields: ['Content-Length: 5'],
    body: 'hello',
    contentBytes: 5,
  },
  {
    name: 'DELETE in chunks',
    rule: 'RFC 9110 9.3.5',
    method: 'DELETE',
    fields: [chunkedField],
    body: chunk('hello') + lastChunk(),
    contentBytes: 5,
  },
  {
    name: 'OPTIONS with a length',
    rule: 'RFC 9110 9.3.7',
    method: 'OPTIONS',
    fields: ['Content-Length: 5'],
    body: 'hello',
    contentBytes: 5,
  },
  {
    name: 'an unknown method with a length',
    rule: 'RFC 9110 9.1',
    method: 'BREW',
    fields: ['Content-Length: 5'],
    body: 'hello',
    contentBytes: 5,
  },
  {
    name: 'GET with a length of zero',
    rule: 'RFC 9110 8.6',
    method: 'GET',
    fields: ['Content-Length: 0'],
    body: '',
    contentBytes: 0,
  },
  { name: 'POST without a length', rule: 'RFC 9112 6.3', fields: [], body: '', contentBytes: 0 },
  {
    name: 'a length with leading zeros',
    rule: 'RFC 9110 8.6',
    fields: ['Content-Length: 0005'],
    body: 'hello',
    contentBytes: 5,
  },
  {
    name: 'a length of fifteen digits',
    rule: 'RFC 9110 8.6',
    fields: ['Content-Length: 000000000000005'],
    body: 'hello',
    contentBytes: 5,
  },
  {
    name: 'spaces and tabs around a length',
    rule: 'RFC 9112 5.1',
    fields: ['content-length:\t  5 \t'],
    body: 'hello',
    contentBytes: 5,
  },
  {
    name: 'no space before a length',
    rule: 'RFC 9112 5.1',
    fields: ['CONTENT-LENGTH:5'],
    body: 'hello',
    contentBytes: 5,
  },
  {
    name: 'CHUNKED in upper case',
    rule: 'RFC 9112 7',
    fields: ['TRANSFER-ENCODING:CHUNKED'],
    body: chunk('hello') + lastChunk(),
    contentBytes: 5,
  },
  {
    name: 'Chunked in mixed case between spaces and tabs',
    rule: 'RFC 9112 7',
    fields: ['transfer-Encoding: \t ChUnKeD \t '],
    body: chunk('hello') + lastChunk(),
    contentBytes: 5,
  },
  {
    name: 'a body of all bytes',
    rule: 'RFC 9110 6.4',
    fields: ['Content-Length: 256'],
    body: allBytes,
    contentBytes: 256,
  },
  {
    name: 'a body that looks like a request',
    rule: 'RFC 9110 6.4',
    fields: ['Content-Length: 27'],
    body: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    contentBytes: 27,
  },
  {
    name: 'a body that starts with a line end',
    rule: 'RFC 9110 6.4',
    fields: ['Content-Length: 4'],
    body: '\r\n\r\n',
    contentBytes: 4,
  },
  {
    name: 'a body of 300 KB',
    rule: 'RFC 9110 6.4',
    fields: ['Content-Length: 300000'],
    body: 'y'.repeat(300_000),
    contentBytes: 300_000,
  },
  {
    name: 'Expect: 100-continue with a length',
    rule: 'RFC 9110 10.1.1',
    fields: ['Expect: 100-continue', 'Content-Length: 5'],
    body: 'hello',
    contentBytes: 5,
  },
  {
    name: 'Expect: 100-CONTINUE in chunks',
    rule: 'RFC 9110 10.1.1',
    fields: [chunkedField, 'eXPECT: 100-CONTINUE'],
    body: chunk('hello') + lastChunk(),
    contentBytes: 5,
  },
  {
    name: 'Expect: 100-continue without content',
    rule: 'RFC 9110 10.1.1',
    fields: ['Expect: 100-continue'],
    body: '',
    contentBytes: 0,
  },
  {
    name: 'an unknown expectation with a length',
    rule: 'RFC 9110 10.1.1',
    fields: ['Expect: odd', 'Content-Length: 5'],
    body: 'hello',
    contentBytes: 5,
  },
  {
    name: 'an announced trailer',
    rule: 'RFC 9110 6.6.2',
    fields: [chunkedField, 'Trailer: X-Sum, ETag'],
    body: chunk('hello') + lastChunk(['X-Sum: 1']),
    contentBytes: 5,
  },
  {
    name: 'a compressed body in chunks',
    rule: 'RFC 9110 8.4',
    fields: ['Content-Encoding: gzip', chunkedField],
    body: chunk('\x1f\x8b\x08\x00') + lastChunk(),
    contentBytes: 4,
  },
  {
    name: 'close with a length',
    rule: 'RFC 9112 9.6',
    fields: ['Connection: close', 'Content-Length: 5'],
    body: 'hello',
    contentBytes: 5,
  },
  {
    name: 'HTTP/1.0 with a length',
    rule: 'RFC 9112 6.3',
    version: '1.0',
    fields: ['Content-Length: 5'],
    body: 'hello',
    contentBytes: 5,
  },
  {
    name: 'HTTP/1.0 with a length and keep-alive',
    rule: 'RFC 9112 9.3',
    version: '1.0',
    fields: ['Connection: keep-alive', 'Content-Length: 5'],
    body: 'hello',
    contentBytes: 5,
  },
  {
    name: 'HTTP/1.0 with an expectation',
    rule: 'RFC 9110 10.1.1',
    version: '1.0',
    fields: ['Expect: 100-continue', 'Content-Length: 5'],
    body: 'hello',
    contentBytes: 5,
  },
];

const target = '/odd';

/** Odd but valid requests with content, and with the fields that frame it. */
export const oddRequestBodies: readonly OddRequest[] = sent.map(
  ({ name, rule, method = 'POST', version = '1.1', fields, body, contentBytes }) => ({
    name,
    rule,
    method,
    target,
    bytes: message(`${method} ${target} HTTP/${version}`, [host, ...fields], body),
    contentBytes,
  }),
);
