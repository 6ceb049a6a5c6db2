import { UserError } from '../../base/errors.ts';
import { HttpFault } from '../../protocol/http1/fault.ts';
import { readRequestHead } from '../../protocol/http1/request-head.ts';
import type { Exchange, HeaderLine } from '../recorder/exchange.ts';
import { maskForm, type Secrets } from '../recorder/redaction/secrets.ts';
import type { EditedRequest } from '../recorder/source.ts';

/** A request as it goes out once more, and what is said of it. */
export type OutgoingRequest = {
  readonly method: string;
  readonly head: Buffer;
  readonly body: Buffer;
};

/** What belongs to the connection that it came on, or to the framing that it is given anew. */
const dropped = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'content-length'],
  ...['te', 'trailer', 'upgrade', 'http2-settings', 'expect'],
]);

/**
 * A recorded request, or what became of it in someone's hands, as bytes for a connection of its own.
 * Throws a `UserError` when it was not kept whole, or is no request any more.
 */
export const outgoingRequest = (
  exchange: Exchange,
  secrets: Secrets,
  edited: EditedRequest | undefined,
): OutgoingRequest => {
  const recorded = wholeRequest(exchange, edited?.body != null);
  const body = edited?.body == null ? recorded.body.bytes : editedBody(edited.body, secrets);
  const recordedLine = { method: exchange.method ?? '', path: exchange.path ?? '' };
  const { method, path } = edited === undefined ? recordedLine : unmaskedLine(edited, secrets);
  const headers = edited === undefined ? recorded.headers : unmaskedHeaders(edited, secrets);
  const lines = [...headers.filter(isKept(headers)), ...framing(method, body)];
  const text = [
    `${method} ${path} HTTP/1.1`,
    ...lines.map(([name, value]) => `${name}: ${value}`),
    '',
    '',
  ].join('\r\n');
  const head = Buffer.from(text, 'latin1');
  assertRequest(text, head);
  return { method, head, body };
};

const wholeRequest = ({ id, request, state, method }: Exchange, bodyIsNew: boolean) => {
  if (request === null) {
    throw new UserError(`${id} went to the pod, so nothing of it is known here to be sent again.`);
  }
  if (state === 'upgraded' || method === 'CONNECT') {
    throw new UserError(`${id} became another protocol; only plain requests can be sent again.`);
  }
  const { body } = request;
  if (!bodyIsNew && (body.truncated || body.endedAfterMs === null)) {
    throw new UserError(
      body.truncated
        ? `The body of ${id} has ${body.totalBytes} bytes, of which ${body.bytes.length} were kept. Nothing was sent.`
        : `The body of ${id} did not arrive whole. Nothing was sent.`,
    );
  }
  return request;
};

const isKept = (headers: readonly HeaderLine[]): ((line: HeaderLine) => boolean) => {
  const named = headers
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.toLowerCase().split(/[\s,]+/));
  return ([name]) => !dropped.has(name.toLowerCase()) && !named.includes(name.toLowerCase());
};

const framing = (method: string, body: Buffer): readonly HeaderLine[] => {
  const hasLength = body.length > 0 || ['POST', 'PUT', 'PATCH'].includes(method);
  return [
    ...(hasLength ? [['Content-Length', String(body.length)] as const] : []),
    ['Connection', 'close'],
  ];
};

const unmasked = (text: string, secrets: Secrets): string =>
  text.replace(maskForm(), (mask, name) => secrets.named(name)?.value ?? mask);

const unmaskedLine = ({ method, path }: EditedRequest, secrets: Secrets) => ({
  method,
  path: unmasked(path, secrets),
});

// An edited body is text as it reads: its encoding is gone, and so is the header that names it.
const unmaskedHeaders = (
  { headers, body }: EditedRequest,
  secrets: Secrets,
): readonly HeaderLine[] =>
  headers
    .filter(([name]) => body === null || name.toLowerCase() !== 'content-encoding')
    .map(([name, value]) => [name, unmasked(value, secrets)]);

// In JSON a mask stands in quotation marks also where a number was.
const editedBody = (text: string, secrets: Secrets): Buffer => {
  const literal = text.replace(/"\[redacted:([A-Z0-9_]{1,48})\]"/g, (mask, name) => {
    return secrets.named(name)?.literal ?? mask;
  });
  return Buffer.from(unmasked(literal, secrets), 'utf8');
};

const assertRequest = (text: string, head: Buffer): void => {
  let fault = 'its head has no end';
  try {
    if (head.toString('latin1') !== text)
      throw new HttpFault('a character of its head has no octet');
    const read = readRequestHead(head);
    if (read !== undefined && read.length === head.length) return;
    if (read !== undefined) fault = 'an empty line stands in its head';
  } catch (error) {
    if (!(error instanceof HttpFault)) throw error;
    fault = error.message;
  }
  throw new UserError(`That is no request that can be sent: ${fault}. Nothing was sent.`, {
    kind: 'usage',
  });
};
