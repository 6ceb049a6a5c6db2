import { firstLineBytesMax } from '../protocol/limits.ts';

/** What the first bytes of a connection say; `undefined`: not enough of them yet. */
export type Detected = 'http1' | 'other';

const lineFeed = 0x0a;
const start = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+( |$)/;
const end = /HTTP\/1\.\d[ \t\r]*$/;
const preface = 'PRI * HTTP/2.0';

/**
 * A first line that ends in HTTP/1.x, or that passes the limit after a token and a space, is
 * HTTP/1, and its faults are answered. Anything else is spliced: the bias is to availability.
 */
export const detect = (bytes: Buffer): Detected | undefined => {
  const newline = bytes.indexOf(lineFeed);
  const line = bytes.toString('latin1', 0, newline === -1 ? firstLineBytesMax + 1 : newline);
  if (line.startsWith(preface)) return 'other';
  if (newline !== -1 && newline <= firstLineBytesMax) return end.test(line) ? 'http1' : 'other';
  const token = start.exec(line);
  if (token === null) return line.length === 0 ? undefined : 'other';
  if (bytes.length > firstLineBytesMax) return token[1] === ' ' ? 'http1' : 'other';
  return undefined;
};
