import type { HostileHead } from './vector.ts';

/** The field line that makes an HTTP/1.1 request valid. */
export const host = 'Host: example.test';

/** The field line of a body in chunks. */
export const chunkedField = 'Transfer-Encoding: chunked';

/** A message: its first line and field lines, each ended by CRLF, an empty line, and the body as given. */
export const message = (first: string, fields: readonly string[], body = ''): string =>
  `${[first, ...fields].join('\r\n')}\r\n\r\n${body}`;

/** A chunk with its size in lower-case hexadecimal digits. `extension` starts with a semicolon. */
export const chunk = (data: string, extension = ''): string =>
  `${data.length.toString(16)}${extension}\r\n${data}\r\n`;

/** The end of a body in chunks, with the field lines of its trailer section. */
export const lastChunk = (trailers: readonly string[] = []): string =>
  `0\r\n${trailers.map((line) => `${line}\r\n`).join('')}\r\n`;

/** A byte as it is written in a name: `0x0b`. */
export const hex = (byte: number): string => `0x${byte.toString(16).padStart(2, '0')}`;

/** A request that would be valid but for one field line, which stands between two good ones, and its body. */
export const fieldFault = (
  family: string,
  rule: string,
  [name, line, status = 400]: readonly [name: string, line: string, status?: 400 | 431 | 501],
  body = '',
): HostileHead => ({
  name,
  family,
  rule,
  bytes: message('POST /hostile HTTP/1.1', [host, line, 'Accept: */*'], body),
  status,
});

/** A request that would be valid but for its first line. */
export const lineFault = (
  family: string,
  rule: string,
  [name, first]: readonly [name: string, first: string],
): HostileHead => ({
  name,
  family,
  rule,
  bytes: message(first, [host, 'Accept: */*']),
  status: 400,
});
