import { chunk, chunkedField, host, lastChunk, message } from './compose.ts';
import type { BodyFault } from './vector.ts';

type Fault = readonly [name: string, body: string];

const chunkedHead = message('POST /hostile HTTP/1.1', [host, chunkedField]);

const end = lastChunk();
const sized = (size: string): string => `${size}\r\nhello\r\n${end}`;

/** Chunk sizes for five bytes of data that are not 1 to 12 hexadecimal digits. */
export const badSizes: readonly Fault[] = [
  ['nothing', ''],
  ['a letter beyond f', 'g'],
  ['a letter after the digits', '5h'],
  ['a hexadecimal prefix', '0x5'],
  ['a prefix with a capital X', '0X5'],
  ['a plus sign', '+5'],
  ['a minus sign', '-5'],
  ['a space before', ' 5'],
  ['a space after', '5 '],
  ['many spaces after', '5       '],
  ['a tab after', '5\t'],
  ['a tab before', '\t5'],
  ['a vertical tab before', '\x0b5'],
  ['a form feed after', '5\x0c'],
  ['NUL before', '\x005'],
  ['NUL after', '5\x00'],
  ['an underscore between digits', '0_5'],
  ['a decimal point', '5.0'],
  ['a comma', '5,5'],
  ['quotes', '"5"'],
  ['two numbers', '5 5'],
  ['a colon', '5:a'],
  ['a no-break space after', '5\xa0'],
  ['a digit of another script in UTF-8', '\xef\xbc\x95'],
  ['13 digits with leading zeros', '0000000000005'],
  ['16 digits with leading zeros', '0000000000000005'],
  ['17 digits that overflow to five', '10000000000000005'],
  ['13 large digits', 'fffffffffffff'],
  ['16 large digits', 'ffffffffffffffff'],
  ['endless zeros', '0'.repeat(8192)],
];

/** What follows the size five on its line and is no well-formed extension. */
export const badExtensions: readonly Fault[] = [
  ['no name', ';'],
  ['no name in the second', ';a;'],
  ['an empty one between two', ';a;;b'],
  ['no name before a value', ';=b'],
  ['no value after the equals sign', ';a='],
  ['two equals signs', ';a==b'],
  ['a space before the semicolon', ' ;a=b'],
  ['a tab before the semicolon', '\t;a=b'],
  ['a space after the semicolon', '; a=b'],
  ['a space before the equals sign', ';a =b'],
  ['a space after the equals sign', ';a= b'],
  ['a space at the end', ';a=b '],
  ['no semicolon', ' a=b'],
  ['a space inside the value', ';a=b c'],
  ['a comma instead of a semicolon', ';a=b,c'],
  ['a delimiter in the name', ';a(b)=c'],
  ['a slash in the value', ';a=b/c'],
  ['a colon in the value', ';a=b:c'],
  ['a latin1 letter in the name', ';\xe4=b'],
  ['NUL in the name', ';a\x00=b'],
  ['NUL in the value', ';a=b\x00'],
  ['a control character in the value', ';a=\x01'],
  ['an open quote', ';a="b'],
  ['a quote inside a token', ';a=b"c"'],
  ['text after a quoted value', ';a="b"c'],
  ['NUL in a quoted value', ';a="\x00"'],
  ['DEL in a quoted value', ';a="\x7f"'],
  ['a backslash before the closing quote', ';a="b\\"'],
  ['a bare LF in a quoted value', ';a="b\nc"'],
  ['a bare CR in a quoted value', ';a="b\rc"'],
  ['CRLF in a quoted value', ';a="b\r\nc"'],
  ['a bare LF after the value', ';a=b\nhello'],
  ['a bare CR after the value', ';a=b\rc'],
  ['a fold', ';a=b\r\n ;cc=d'],
  ['5 KiB in one value', `;a=${'b'.repeat(5120)}`],
  ['5 KiB in short extensions', ';a=b'.repeat(1280)],
  ['64 KiB in a quoted value', `;a="${'b'.repeat(65_536)}"`],
];

/** Bodies whose lines do not end in CRLF, or whose data is not followed by it. */
export const badEnds: readonly Fault[] = [
  ['a bare LF after the size', `5\nhello\r\n${end}`],
  ['a bare CR after the size', `5\rhello\r\n${end}`],
  ['two CR after the size', `5\r\r\nhello\r\n${end}`],
  ['LF then CR after the size', `5\n\rhello\r\n${end}`],
  ['a bare LF after the data', `5\r\nhello\n${end}`],
  ['a bare CR after the data', `5\r\nhello\r${end}`],
  ['two CR after the data', `5\r\nhello\r\r\n${end}`],
  ['nothing after the data', `5\r\nhello${end}`],
  ['two bytes other than CRLF after the data', `5\r\nhelloXX${end}`],
  ['CR and a letter after the data', `5\r\nhello\rX${end}`],
  ['an empty line after the data', `5\r\nhello\r\n\r\n${end}`],
  ['a size smaller than the data', `4\r\nhello\r\n${end}`],
  ['a size larger than the data by one', `6\r\nhello\r\n${end}`],
  ['a size larger than the data by the line end', `7\r\nhello\r\n${end}`],
  ['bare LF everywhere', '5\nhello\n0\n\n'],
  ['a bare LF after the last chunk', '5\r\nhello\r\n0\n\r\n'],
  ['a bare LF at the end', '5\r\nhello\r\n0\r\n\n'],
  ['a bare CR at the end', '5\r\nhello\r\n0\r\n\rX\r\n\r\n'],
  ['two CR at the end', '5\r\nhello\r\n0\r\n\r\r\n'],
  ['an empty line before the first size', `\r\n5\r\nhello\r\n${end}`],
  ['a last chunk of minus zero', '5\r\nhello\r\n-0\r\n\r\n'],
  ['a last chunk in hexadecimal', '5\r\nhello\r\n0x0\r\n\r\n'],
  ['a last chunk with a space', '5\r\nhello\r\n0 \r\n\r\n'],
  ['a body that is not in chunks', 'hello, world\r\n\r\n'],
  ['a body in JSON', '{"a":1}\r\n\r\n'],
];

/** The trailer sections that are refused. */
export const badTrailers: readonly Fault[] = [
  ['Content-Length', 'Content-Length: 5\r\n'],
  ['content-length of zero in lower case', 'content-length: 0\r\n'],
  ['Transfer-Encoding', 'Transfer-Encoding: chunked\r\n'],
  ['TRANSFER-ENCODING in upper case', 'TRANSFER-ENCODING: identity\r\n'],
  ['Host', 'Host: other.test\r\n'],
  ['Host after a good one', 'X-Sum: 1\r\nhost: other.test\r\n'],
  ['Connection', 'Connection: close\r\n'],
  ['connection that names a field', 'X-Sum: 1\r\nconnection: x-sum\r\n'],
  ['the routing key', 'x-byway-id: abc\r\n'],
  ['the routing key in upper case', 'X-BYWAY-ID: abc\r\n'],
  ['baggage', 'baggage: byway=abc\r\n'],
  ['Baggage with a capital', 'Baggage: a=b\r\n'],
  ['a space before the colon', 'X-Sum : 1\r\n'],
  ['no colon', 'X-Sum\r\n'],
  ['an empty name', ': 1\r\n'],
  ['a space before the name', ' X-Sum: 1\r\n'],
  ['a fold', 'X-Sum: 1\r\n 2\r\n'],
  ['NUL in a value', 'X-Sum: 1\x002\r\n'],
  ['NUL in a name', 'X-\x00Sum: 1\r\n'],
  ['a control character in a value', 'X-Sum: \x01\r\n'],
  ['a delimiter in a name', 'X(Sum): 1\r\n'],
  ['a bare LF after a value', 'X-Sum: 1\nX-Next: 2\r\n'],
  ['a bare CR in a value', 'X-Sum: 1\r2\r\n'],
  ['a bare CR at the end of a value', 'X-Sum: 1\r\r\n'],
  ['a whole request', 'GET /smuggled HTTP/1.1\r\nHost: example.test\r\n'],
  ['17 KiB in one value', `X-Sum: ${'1'.repeat(17_408)}\r\n`],
  ['17 KiB in short fields', 'X-Sum: 1\r\n'.repeat(1741)],
  ['a value that never ends', `X-Sum: ${'1'.repeat(131_072)}`],
];

const lengthHead = message('POST /hostile HTTP/1.1', [host, 'Content-Length: 10']);
const cuts: readonly (readonly [name: string, head: string, body: string])[] = [
  ['no body where a length was announced', lengthHead, ''],
  ['one byte less than announced', lengthHead, '123456789'],
  ['no body where chunks were announced', chunkedHead, ''],
  ['the end inside a size', chunkedHead, '1'],
  ['the end after a size', chunkedHead, '5\r\n'],
  ['the end inside an extension', chunkedHead, '5;a="b'],
  ['the end inside data', chunkedHead, '5\r\nhel'],
  ['the end between data and CRLF', chunkedHead, '5\r\nhello'],
  ['the end inside CRLF after data', chunkedHead, '5\r\nhello\r'],
  ['the end before the last chunk', chunkedHead, chunk('hello')],
  ['the end after the line of the last chunk', chunkedHead, '5\r\nhello\r\n0\r\n'],
  ['the end inside a trailer', chunkedHead, '5\r\nhello\r\n0\r\nX-Sum: 1'],
  ['the end after a trailer', chunkedHead, '5\r\nhello\r\n0\r\nX-Sum: 1\r\n'],
  ['the end inside the last CRLF', chunkedHead, '5\r\nhello\r\n0\r\n\r'],
];

const inChunks =
  (family: string, rule: string) =>
  ([name, body]: Fault): BodyFault => ({
    name: `${family}: ${name}`,
    family,
    rule,
    head: chunkedHead,
    body,
  });

/** Faults inside a body whose head is valid. */
export const bodyFaultTable: readonly BodyFault[] = [
  ...badSizes
    .map(([name, size]): Fault => [name, sized(size)])
    .map(inChunks('chunk size', 'RFC 9112 7.1')),
  ...badSizes
    .slice(0, 8)
    .map(([name, size]): Fault => [`${name}, after a good chunk`, chunk('good') + sized(size)])
    .map(inChunks('chunk size', 'RFC 9112 7.1')),
  ...badExtensions
    .map(([name, extension]): Fault => [name, sized(`5${extension}`)])
    .map(inChunks('chunk extension', 'RFC 9112 7.1.1')),
  ...badExtensions
    .slice(0, 3)
    .map(
      ([name, extension]): Fault => [
        `${name}, on the last chunk`,
        `${chunk('good')}0${extension}\r\n\r\n`,
      ],
    )
    .map(inChunks('chunk extension', 'RFC 9112 7.1.1')),
  ...badEnds.map(inChunks('line end', 'RFC 9112 7.1')),
  ...badTrailers
    .map(([name, lines]): Fault => [name, `${chunk('hello')}0\r\n${lines}\r\n`])
    .map(inChunks('trailer', 'RFC 9110 6.5.1')),
  ...cuts.map(
    ([name, head, body]): BodyFault => ({
      name: `cut: ${name}`,
      family: 'cut',
      rule: 'RFC 9112 8',
      head,
      body,
      thenEnd: true,
    }),
  ),
];
