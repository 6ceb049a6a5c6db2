import { firstLineBytesMax } from '../protocol/limits.ts';

/** What the first bytes of a connection say; `undefined`: not enough of them yet. */
export type Detected = 'http1' | 'http2' | 'other';

const lineFeed = 0x0a;
const start = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+( |$)/;
const end = /HTTP\/1\.\d[ \t\r]*$/;
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const prefaceLine = 'PRI * HTTP/2.0';

/**
 * A first line that ends in HTTP/1.x, or that passes the limit after a token and a space, is
 * HTTP/1, and its faults are answered. HTTP/2's preface is HTTP/2. Anything else is spliced: the
 * bias is to availability.
 */
export const detect = (bytes: Buffer): Detected | undefined => {
  const newline = bytes.indexOf(lineFeed);
  const line = bytes.toString('latin1', 0, newline === -1 ? firstLineBytesMax + 1 : newline);
  if (line.startsWith(prefaceLine)) return detectPreface(bytes);
  if (newline !== -1 && newline <= firstLineBytesMax) return end.test(line) ? 'http1' : 'other';
  const token = start.exec(line);
  if (token === null) return line.length === 0 ? undefined : 'other';
  if (bytes.length > firstLineBytesMax) return token[1] === ' ' ? 'http1' : 'other';
  return undefined;
};

const detectPreface = (bytes: Buffer): Detected | undefined => {
  const length = Math.min(bytes.length, preface.length);
  if (bytes.compare(preface, 0, length, 0, length) !== 0) return 'other';
  return length === preface.length ? 'http2' : undefined;
};

const settingsFrame = Buffer.from([0x04, 0x00, 0x00, 0x00, 0x00, 0x00]);
const settingsBytesMax = 0xff;

/**
 * Whether a server that speaks first may be one of HTTP/2 that announces its settings (RFC 9113
 * 3.4), as those of gRPC do; `undefined`: not enough bytes yet. No other protocol begins like that.
 */
export const detectSettings = (bytes: Buffer): boolean | undefined => {
  const [high = 0, middle = 0, low = 0] = bytes;
  if (high !== 0 || middle !== 0 || low > settingsBytesMax || low % 6 !== 0) return false;
  const rest = bytes.subarray(3, 3 + settingsFrame.length);
  if (settingsFrame.compare(rest, 0, rest.length, 0, rest.length) !== 0) return false;
  return bytes.length < 3 + settingsFrame.length ? undefined : true;
};
