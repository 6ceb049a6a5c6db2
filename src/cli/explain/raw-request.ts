import { UserError } from '../../base/errors.ts';
import type { GivenRequest } from '../../protocol/explanation.ts';
import { HttpFault } from '../../protocol/http1/fault.ts';
import { type RequestHead, readRequestHead } from '../../protocol/http1/request-head.ts';

/**
 * Reads a request as it is on the wire, HTTP/1, with CR LF or with LF alone, with or without the
 * empty line and a body. Throws a usage error that says what an agent would answer 400 to.
 */
export const rawRequest = (bytes: Buffer): GivenRequest => {
  const head = headOf(withLineEnds(bytes));
  return {
    method: head.method,
    target: head.target,
    headers: headersOf(head),
  };
};

const headersOf = ({ fields }: RequestHead): GivenRequest['headers'] =>
  Array.from({ length: fields.count }, (_, line) => {
    const start = fields.positions[line * 4] as number;
    const end = fields.positions[line * 4 + 1] as number;
    return [fields.bytes.toString('latin1', start, end), fields.valueAt(line)] as const;
  });

const headOf = (bytes: Buffer): RequestHead => {
  try {
    const head = readRequestHead(bytes);
    if (head !== undefined) return head;
    throw unusable('its head has no end');
  } catch (error) {
    if (!(error instanceof HttpFault)) throw error;
    throw unusable(error.message, error);
  }
};

// Editors write LF alone, which no reader on the wire takes; a missing end is what people mean.
const withLineEnds = (bytes: Buffer): Buffer => {
  const text = bytes.toString('latin1').replace(/^(?:\r?\n)+/, '');
  const [head = ''] = text.split(/\r?\n\r?\n/, 1);
  return Buffer.from(`${head.replace(/\r?\n$/, '').replace(/\r?\n/g, '\r\n')}\r\n\r\n`, 'latin1');
};

const unusable = (why: string, cause?: unknown): UserError =>
  new UserError(`That is no request that an agent would let through: ${why}.`, {
    kind: 'usage',
    cause,
    hint: 'GET /path HTTP/1.1, then Host: NAME and one header a line',
  });
