import { firstLineBytesMax } from '../limits.ts';
import { HttpFault } from './fault.ts';
import { assertHeadSize, Fields, part, scanFields } from './fields.ts';
import { connectionOptions, type Framing, isPersistent, responseFraming } from './framing.ts';
import { carriageReturn, lineFeed, space, valueOctets } from './octets.ts';

/** One answer's head, read strictly (RFC 9112 4 and 5). It refers to the memory it was read from. */
export class ResponseHead {
  readonly status: number;
  readonly minor: 0 | 1;
  readonly fields: Fields;
  readonly framing: Framing;
  /** Whether the server would take another request on this connection. */
  readonly persistent: boolean;
  /** Octets of the head, from the status line to the empty line. */
  readonly length: number;

  constructor(fields: Fields, length: number, minor: 0 | 1, status: number, method: string) {
    this.status = status;
    this.minor = minor;
    this.fields = fields;
    this.length = length;
    this.framing = responseFraming(fields, minor, status, method);
    this.persistent =
      isPersistent(minor, connectionOptions(fields)) && this.framing.kind !== 'close';
  }

  /** The head exactly as it came. */
  get bytes(): Buffer {
    return part(this.fields.bytes, 0, this.length);
  }

  /** 1xx other than 101: the final answer is still to come. */
  get interim(): boolean {
    return this.status < 200 && this.status !== 101;
  }
}

const versionStart = Buffer.from('HTTP/1.', 'latin1');

/**
 * Reads the head at the start of `bytes` of an answer to a request with `method`. Undefined when
 * it is still incomplete. Throws `HttpFault` for whatever must not be forwarded.
 */
export const readResponseHead = (bytes: Buffer, method: string): ResponseHead | undefined => {
  const lineEnd = readStatusLine(bytes);
  if (lineEnd === undefined) return undefined;
  const minor = digit(bytes, 7, lineEnd);
  const status = readStatus(bytes, lineEnd);
  if (minor !== 0 && minor !== 1) throw new HttpFault('unknown HTTP version');
  const fields = new Fields(bytes);
  const end = scanFields(fields, lineEnd + 2);
  assertHeadSize(end === -1 ? bytes.length : end);
  if (end === -1) return undefined;
  return new ResponseHead(fields, end, minor, status, method);
};

// The index of the CR that ends the status line.
const readStatusLine = (bytes: Buffer): number | undefined => {
  const length = Math.min(bytes.length, firstLineBytesMax);
  let at = 0;
  while (at < length && valueOctets[bytes[at] as number] === 1) at++;
  if (at + 1 < length) {
    if (bytes[at] === carriageReturn && bytes[at + 1] === lineFeed) {
      assertVersion(bytes);
      return at;
    }
    throw new HttpFault('status line does not end in CRLF');
  }
  if (at < length && bytes[at] !== carriageReturn) throw new HttpFault('malformed status line');
  if (length < bytes.length) throw new HttpFault('status line too long', 431);
  assertVersion(bytes);
  return undefined;
};

// As far as it is there.
const assertVersion = (bytes: Buffer): void => {
  for (let at = 0; at < versionStart.length && at < bytes.length; at++) {
    if (bytes[at] !== versionStart[at]) throw new HttpFault('malformed status line');
  }
};

// Three digits behind "HTTP/1.x ", then the end of the line or a space.
const readStatus = (bytes: Buffer, lineEnd: number): number => {
  const hundreds = digit(bytes, 9, lineEnd);
  const status = hundreds * 100 + digit(bytes, 10, lineEnd) * 10 + digit(bytes, 11, lineEnd);
  const closed = lineEnd === 12 || bytes[12] === space;
  if (hundreds === 0 || bytes[8] !== space || !closed) throw new HttpFault('malformed status line');
  return status;
};

const digit = (bytes: Buffer, at: number, lineEnd: number): number => {
  const value = at < lineEnd ? (bytes[at] as number) - 0x30 : -1;
  if (value < 0 || value > 9) throw new HttpFault('malformed status line');
  return value;
};
