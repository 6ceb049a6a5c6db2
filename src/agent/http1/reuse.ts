import { type Fields, fieldName } from '../../protocol/http1/fields.ts';
import type { RequestHead } from '../../protocol/http1/request-head.ts';
import type { ResponseHead } from '../../protocol/http1/response-head.ts';
import { replayBytesMax } from '../../protocol/limits.ts';

/** What a matched request has to do with streams to the laptop that had others before. */
export type Reuse = {
  /** It may go on such a stream: when that turns out to be gone, all of it is still here. */
  readonly repeatable: boolean;
  /**
   * Who may use its stream next. `anyone`: no app, however sloppy, could see another end of this
   * request than we did. `caller`: the same client connection only. `nobody`: it is closed.
   */
  readonly next: 'anyone' | 'caller' | 'nobody';
};

const expect = fieldName('expect');
const keepAlive = fieldName('keep-alive');
const contentLength = fieldName('content-length');
const transferEncoding = fieldName('transfer-encoding');

/** Read from a head while its memory is good. */
export const reuseOf = (head: RequestHead): Reuse => {
  const { framing, method, switches, fields } = head;
  const octets = framing.kind === 'length' ? framing.octets : 0;
  const fits = framing.kind !== 'chunked' && head.length + octets <= replayBytesMax;
  // Apps that write a body to HEAD, or no final answer to Expect, are known.
  const isOdd = switches || method === 'HEAD' || fields.linesOf(expect) > 0;
  const isEmpty = framing.kind !== 'chunked' && octets === 0;
  const next = isEmpty && hasPlainNames(head) ? 'anyone' : 'caller';
  return { repeatable: fits && !switches, next: isOdd ? 'nobody' : next };
};

// Some apps take `_` and other marks in a name for `-`, and so could find a length where we don't.
const hasPlainNames = ({ fields }: RequestHead): boolean => {
  const { bytes, positions } = fields;
  for (let line = 0; line < fields.count; line++) {
    const end = positions[line * 4 + 1] as number;
    for (let at = positions[line * 4] as number; at < end; at++) {
      if (plainOctets[bytes[at] as number] === 0) return false;
    }
  }
  return true;
};

const plainOctets = new Uint8Array(256);
for (const octet of Buffer.from(
  '-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ',
)) {
  plainOctets[octet] = 1;
}

/**
 * For how many milliseconds the app keeps the connection of this answer when nothing comes: as it
 * says in `Keep-Alive`, infinite when it doesn't. 0 for an answer whose end another reader would
 * look for elsewhere.
 */
export const aliveMsOf = ({ fields, framing }: ResponseHead): number => {
  if (framing.kind === 'none' && declaresBody(fields)) return 0;
  const value = fields.valueOf(keepAlive);
  if (value === undefined) return Number.POSITIVE_INFINITY;
  const seconds = /(?:^|[,;\s])timeout\s*=\s*"?(\d{1,9})/i.exec(value)?.[1];
  return seconds === undefined ? Number.POSITIVE_INFINITY : Number(seconds) * 1000;
};

// Such as 204 with a length: most apps send no body with it, but some do.
const declaresBody = (fields: Fields): boolean => {
  if (fields.linesOf(transferEncoding) > 0) return true;
  const length = fields.onlyLine(contentLength);
  return length !== -1 && fields.numberAt(length) !== 0;
};
