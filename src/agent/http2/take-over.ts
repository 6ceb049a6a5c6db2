import type { Duplex } from 'node:stream';
import type { Wire, WireHandler } from '../wire.ts';

/** A connection and what has been read from it so far. */
export type Begun = { readonly wire: Wire; readonly seen: Buffer };

/**
 * Takes a connection from its wire for a session of HTTP/2, with the bytes that were read put back.
 * Call `readOn` once the session is there.
 */
export const takeOver = (
  { wire, seen }: Begun,
  { end, closed }: Pick<WireHandler, 'end' | 'closed'>,
): Duplex => {
  wire.handler = { bytes: () => {}, drain: () => {}, end, closed };
  if (seen.length > 0) {
    wire.pause();
    wire.stream.unshift(Buffer.from(seen));
  }
  return wire.stream;
};

/**
 * Node's session reads the connection itself, from its next turn on, but doesn't start the reading
 * that we have stopped.
 */
export const readOn = (connection: Duplex): void => {
  process.nextTick(() => connection.resume());
};
