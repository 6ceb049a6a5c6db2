import { HttpFault } from './fault.ts';
import { type Fields, fieldName } from './fields.ts';

/** How the end of a body is found (RFC 9112 6.3). `close`: it ends with the connection. */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly octets: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'close' };

export const noBody: Framing = { kind: 'none' };
const chunked: Framing = { kind: 'chunked' };
const untilClose: Framing = { kind: 'close' };

const contentLength = fieldName('content-length');
const transferEncoding = fieldName('transfer-encoding');
const connection = fieldName('connection');

const codingsForm = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+([ \t]*,[ \t]*[!#$%&'*+\-.^_`|~0-9A-Za-z]+)*$/;
const tokensForm = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]*([ \t]*,[ \t]*[!#$%&'*+\-.^_`|~0-9A-Za-z]*)*$/;

/** The framing that a head declares, or undefined when it declares none. Throws `HttpFault`. */
export const declaredFraming = (fields: Fields, minor: 0 | 1): Framing | undefined => {
  const coding = fields.onlyLine(transferEncoding);
  const length = fields.onlyLine(contentLength);
  if (coding === -1) return length === -1 ? undefined : lengthFraming(fields.numberAt(length));
  if (length !== -1) throw new HttpFault('both Transfer-Encoding and Content-Length');
  if (minor === 0) throw new HttpFault('Transfer-Encoding in HTTP/1.0');
  return chunkedFraming(fields.valueAt(coding).toLowerCase());
};

/** The framing of an answer to a request with that method (RFC 9112 6.3). Throws `HttpFault`. */
export const responseFraming = (
  fields: Fields,
  minor: 0 | 1,
  status: number,
  method: string,
): Framing => {
  const declared = declaredFraming(fields, minor);
  // Whatever its head declares; some servers send 204 with a length, and it changes nothing.
  if (status < 200 || status === 204 || status === 304 || method === 'HEAD') return noBody;
  if (method === 'CONNECT' && status < 300) return untilClose;
  if (declared?.kind === 'length' && declared.octets === 0) return noBody;
  return declared ?? untilClose;
};

/** What the `Connection` field says. */
export type ConnectionOptions = {
  readonly close: boolean;
  readonly keepAlive: boolean;
  readonly upgrade: boolean;
};

const noOptions: ConnectionOptions = { close: false, keepAlive: false, upgrade: false };
const keepAlive = Buffer.from('keep-alive', 'latin1');
const keepAliveOnly: ConnectionOptions = { ...noOptions, keepAlive: true };

/** Reads the lines of `Connection` as one list (RFC 9110 7.6.1). Throws when it is malformed. */
export const connectionOptions = (fields: Fields): ConnectionOptions => {
  const lines = fields.linesOf(connection);
  if (lines === 0) return noOptions;
  if (lines === 1 && fields.isValue(fields.onlyLine(connection), keepAlive)) return keepAliveOnly;
  const value = fields.valueOf(connection) ?? '';
  if (!tokensForm.test(value)) throw new HttpFault('malformed Connection');
  const options = value.toLowerCase().split(/[ \t]*,[ \t]*/);
  return {
    close: options.includes('close'),
    keepAlive: options.includes('keep-alive'),
    upgrade: options.includes('upgrade'),
  };
};

const framingNames = /(?:^|[, \t])(?:content-length|transfer-encoding|host)(?:$|[, \t])/i;

/** Throws when a next proxy would strip a field that says where this request ends or goes. */
export const assertFramingKept = (fields: Fields): void => {
  const value = fields.valueOf(connection);
  if (value !== undefined && framingNames.test(value)) {
    throw new HttpFault('Connection names a field of the framing');
  }
};

/** Whether the connection may carry another message after this one (RFC 9112 9.3). */
export const isPersistent = (minor: 0 | 1, options: ConnectionOptions): boolean =>
  !options.close && (minor === 1 || options.keepAlive);

const lengthFraming = (octets: number): Framing => {
  if (octets === -1) throw new HttpFault('malformed Content-Length');
  return { kind: 'length', octets };
};

const chunkedFraming = (value: string): Framing => {
  if (value === 'chunked') return chunked;
  if (!codingsForm.test(value)) throw new HttpFault('malformed Transfer-Encoding');
  const codings = value.split(/[ \t]*,[ \t]*/);
  const others = codings.slice(0, -1);
  if (codings.at(-1) !== 'chunked' || others.includes('chunked')) {
    throw new HttpFault('Transfer-Encoding does not end in a single chunked');
  }
  throw new HttpFault('a transfer coding other than chunked', 501);
};
