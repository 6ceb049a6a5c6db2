import type { Socket } from 'node:net';
import type { ReadBuffer } from './read-buffer.ts';

type Handle = { readonly useUserBuffer?: (memory: Uint8Array) => void };

/**
 * Makes a socket that exists already read into memory of ours, as `onread` does for a new one: without
 * an allocation and an event for each read. Call it while the socket has nothing left to be read.
 * False when this Node does it in another way; the socket is then as it was.
 */
export const readInto = (socket: Socket, memory: ReadBuffer): boolean => {
  const handle: Handle | null | undefined = Reflect.get(socket, '_handle');
  const symbols = new Map(
    Object.getOwnPropertySymbols(socket).map((symbol) => [symbol.description, symbol]),
  );
  const [buffer, next, taken] = ['kBuffer', 'kBufferGen', 'kBufferCb'].map((name) =>
    symbols.get(name),
  );
  if (buffer === undefined || next === undefined || taken === undefined) return false;
  if (typeof handle?.useUserBuffer !== 'function' || socket.readableLength > 0) return false;
  const first = memory.onread.buffer();
  Reflect.set(socket, buffer, first);
  Reflect.set(socket, next, memory.onread.buffer);
  Reflect.set(socket, taken, memory.onread.callback);
  handle.useUserBuffer(first);
  return true;
};
