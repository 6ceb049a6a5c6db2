import { firstLineBytesMax } from '../limits.ts';
import { HttpFault } from './fault.ts';
import { assertHeadSize, Fields, fieldName, part, scanFields } from './fields.ts';
import {
  assertFramingKept,
  connectionOptions,
  declaredFraming,
  type Framing,
  isPersistent,
  noBody,
} from './framing.ts';
import { carriageReturn, lineFeed, space, targetOctets, tokenOctets } from './octets.ts';

/** One request head, read strictly (RFC 9112 3 and 5). */
export type RequestHead = {
  /** The head exactly as it came, from the first line to the empty line. */
  readonly bytes: Buffer;
  readonly method: string;
  readonly target: string;
  readonly minor: 0 | 1;
  readonly fields: Fields;
  readonly framing: Framing;
  /** Whether the client would send another request on this connection. */
  readonly persistent: boolean;
  /** It asks for another protocol (`Connection: upgrade` with `Upgrade`), or is a CONNECT. */
  readonly switches: boolean;
};

const host = fieldName('host');
const upgrade = fieldName('upgrade');

/**
 * Reads a head at the start of `bytes`. Undefined when it is still incomplete. Throws `HttpFault`
 * for whatever must not be forwarded. The result refers to `bytes`, it does not copy them.
 */
export const readRequestHead = (bytes: Buffer): RequestHead | undefined => {
  const line = readFirstLine(bytes);
  if (line === undefined) return undefined;
  const fields = new Fields(bytes);
  const end = scanFields(fields, line.end);
  assertHeadSize(end === -1 ? bytes.length : end);
  if (end === -1) return undefined;
  const { method, target, minor } = line;
  assertHost(fields, target, method, minor);
  const options = connectionOptions(fields);
  assertFramingKept(fields);
  return {
    bytes: part(bytes, 0, end),
    method,
    target,
    minor,
    fields,
    framing: declaredFraming(fields, minor) ?? noBody,
    persistent: isPersistent(minor, options),
    switches: method === 'CONNECT' || (options.upgrade && fields.linesOf(upgrade) > 0),
  };
};

type FirstLine = {
  readonly method: string;
  readonly target: string;
  readonly minor: 0 | 1;
  readonly end: number;
};

const versionOctets = Buffer.from('HTTP/1.', 'latin1');

// The smallest answer that is true at every length: a fault is seen as soon as its octet is there.
const readFirstLine = (bytes: Buffer): FirstLine | undefined => {
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
  return {
    method: bytes.toString('latin1', 0, methodEnd),
    target: bytes.toString('latin1', targetStart, targetEnd),
    minor,
    end: at + 11,
  };
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

const hostForm = /^([A-Za-z0-9\-._~!$&'()*+;=%]*|\[[0-9A-Fa-f:.]+\])(:\d{0,5})?$/;
const absoluteForm = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)/;
const authorityForm = /^([A-Za-z0-9\-._~]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/;

// RFC 9112 3.2: one Host, and no second opinion about the host in the target.
const assertHost = (fields: Fields, target: string, method: string, minor: 0 | 1): void => {
  const line = fields.onlyLine(host);
  if (line === -1 && minor === 1) throw new HttpFault('no Host');
  const value = line === -1 ? undefined : fields.valueAt(line);
  if (value !== undefined && !hostForm.test(value)) throw new HttpFault('malformed Host');
  if (target.charCodeAt(0) === 0x2f) {
    if (method === 'CONNECT') throw new HttpFault('CONNECT without an authority');
    return;
  }
  assertOtherTarget(target, method, value);
};

const assertOtherTarget = (target: string, method: string, value: string | undefined): void => {
  if (method === 'CONNECT') {
    if (!authorityForm.test(target)) throw new HttpFault('CONNECT without an authority');
    return;
  }
  if (target === '*') {
    if (method !== 'OPTIONS') throw new HttpFault('target "*" is for OPTIONS only');
    return;
  }
  const authority = absoluteForm.exec(target)?.[1];
  if (authority === undefined) throw new HttpFault('malformed request target');
  if (value !== undefined && authority.toLowerCase() !== value.toLowerCase()) {
    throw new HttpFault('Host differs from the request target');
  }
};
