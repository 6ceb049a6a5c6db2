import { chunkBytesMax, chunkLineBytesMax } from '../limits.ts';
import { HttpFault } from './fault.ts';
import { carriageReturn, lineFeed } from './octets.ts';

// Size, then extensions: a token, or a token and a value that is a token or a quoted string.
const form =
  /^([0-9A-Fa-f]{1,12})(?:;[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+|"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*"))?)*$/;

/** The size of a chunk, and the index after its line. */
export type ChunkLine = { readonly size: number; readonly end: number };

/**
 * Reads a chunk-size line at `start` (RFC 9112 7.1). Undefined when it is incomplete. Throws
 * `HttpFault` when it is malformed or longer than 4 KiB.
 */
export const readChunkLine = (bytes: Buffer, start: number): ChunkLine | undefined => {
  const newline = bytes.indexOf(lineFeed, start);
  const end = newline === -1 ? bytes.length : newline + 1;
  if (end - start > chunkLineBytesMax) throw new HttpFault('chunk-size line too long');
  if (newline === -1) {
    assertStart(bytes, start);
    return undefined;
  }
  if (newline === start || bytes[newline - 1] !== carriageReturn) {
    throw new HttpFault('chunk-size line does not end in CRLF');
  }
  const [, size] = form.exec(bytes.toString('latin1', start, newline - 1)) ?? [];
  if (size === undefined) throw new HttpFault('malformed chunk-size line');
  const octets = Number.parseInt(size, 16);
  if (octets > chunkBytesMax) throw new HttpFault('chunk too large');
  return { size: octets, end };
};

const hexadecimal = /^[0-9A-Fa-f]{1,12}(?:[;\r]|$)/;

// A line that can no longer become good is refused without waiting for its end.
const assertStart = (bytes: Buffer, start: number): void => {
  const text = bytes.toString('latin1', start, start + 13);
  if (text !== '' && !hexadecimal.test(text)) throw new HttpFault('malformed chunk-size line');
};
