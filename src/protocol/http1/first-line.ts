import { firstLineBytesMax } from '../limits.ts';
import { HttpFault } from './fault.ts';
import { carriageReturn, lineFeed, space, targetOctets, tokenOctets } from './octets.ts';

/** Where the parts of a request's first line stand in its bytes; the method starts at 0. */
export type FirstLine = {
  readonly methodEnd: number;
  readonly targetStart: number;
  readonly targetEnd: number;
  readonly minor: 0 | 1;
  /** The index after the CRLF. */
  readonly end: number;
};

const versionOctets = Buffer.from('HTTP/1.', 'latin1');

/**
 * Reads the first line at the start of `bytes` (RFC 9112 3). Undefined when it is incomplete; a
 * fault is seen as soon as its octet is there. Throws `HttpFault`.
 */
export const readFirstLine = (bytes: Buffer): FirstLine | undefined => {
  const length = Math.min(bytes.length, firstLineBytesMax);
  let at = 0;
  while (at < length && tokenOctets[bytes[at] as number] === 1) at++;
  const methodEnd = at;
  if (at === length) return incomplete(bytes, length);
  if (at === 0 || bytes[at] !== space) throw new HttpFault('malformed method');
  const targetStart = ++at;
  while (at < length && targetOctets[bytes[at] as number] === 1) at++;
  const targetEnd = at;
  if (at === length) return incomplete(bytes, length);
  if (at === targetStart || bytes[at] !== space) throw new HttpFault('malformed request target');
  const minor = readVersion(bytes, at + 1, length);
  if (minor === undefined) return incomplete(bytes, length);
  return { methodEnd, targetStart, targetEnd, minor, end: at + 11 };
};

const incomplete = (bytes: Buffer, length: number): undefined => {
  if (length < bytes.length) throw new HttpFault('first line too long', 431);
  return undefined;
};

const readVersion = (bytes: Buffer, start: number, length: number): 0 | 1 | undefined => {
  for (let index = 0; index < versionOctets.length; index++) {
    if (start + index >= length) return undefined;
    if (bytes[start + index] !== versionOctets[index]) throw new HttpFault('malformed version');
  }
  if (start + 7 >= length) return undefined;
  const minor = (bytes[start + 7] as number) - 0x30;
  if (minor !== 0 && minor !== 1) throw new HttpFault('unknown HTTP version');
  if (start + 8 >= length) return undefined;
  if (bytes[start + 8] !== carriageReturn) throw new HttpFault('first line does not end in CRLF');
  if (start + 9 >= length) return undefined;
  if (bytes[start + 9] !== lineFeed) throw new HttpFault('first line does not end in CRLF');
  return minor;
};

/** The method as text; the usual ones without making a string. */
export const methodOf = (bytes: Buffer, end: number): string => {
  const first = bytes[0];
  if (end === 3 && first === 0x47 && bytes[1] === 0x45 && bytes[2] === 0x54) return 'GET';
  if (end === 4 && first === 0x50 && bytes[1] === 0x4f && bytes[2] === 0x53 && bytes[3] === 0x54) {
    return 'POST';
  }
  return bytes.toString('latin1', 0, end);
};
