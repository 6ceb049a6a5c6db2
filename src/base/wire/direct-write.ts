import type { Socket } from 'node:net';

/** What became of bytes; `refused`: nothing, write them in the usual way. */
export type DirectlyWritten = 'whole' | 'unfinished' | 'refused';

type WriteRequest = { oncomplete?: (status: number) => void; buffer?: Buffer };

type Handle = { readonly writeBuffer: (request: WriteRequest, bytes: Buffer) => number };

/** What Node's own sockets write with. It is not documented, so all of it is looked for first. */
export type Internals = {
  readonly WriteWrap: new () => WriteRequest;
  readonly streamBaseState: Int32Array;
  readonly kLastWriteWasAsync: number;
};

/** The internals of this Node, or undefined when a part is missing or not what is known of it. */
export const findInternals = (binding: unknown): Internals | undefined => {
  try {
    if (typeof binding !== 'function') return undefined;
    const found: Partial<Internals> = binding.call(process, 'stream_wrap');
    const { WriteWrap, streamBaseState, kLastWriteWasAsync } = found;
    const whole =
      typeof WriteWrap === 'function' &&
      streamBaseState instanceof Int32Array &&
      kLastWriteWasAsync !== undefined &&
      streamBaseState[kLastWriteWasAsync] !== undefined;
    return whole ? { WriteWrap, streamBaseState, kLastWriteWasAsync } : undefined;
  } catch {
    return undefined; // Such as a Node that no longer allows it.
  }
};

const internalsHere = findInternals(Reflect.get(process, 'binding')) ?? null;

// A request that the system took whole is not used any more, so that one serves most writes.
let spare: WriteRequest | undefined;

/**
 * Writes to a TCP socket as Node's sockets do at their end, but not by way of their queue: a write
 * that the system takes whole leaves no object and no callback behind. Of one that it doesn't take
 * whole, Node writes the rest when it can.
 */
export class DirectWriter {
  private readonly socket: Socket & { readonly _handle?: Partial<Handle> | null };
  private readonly finished: () => void;
  private readonly internals: Internals | null;
  /** Node still reads from the memory of the last write. */
  unfinished = false;

  /** `finished` is called after an unfinished write, unless the socket was destroyed. */
  constructor(socket: Socket, finished: () => void, internals: Internals | null = internalsHere) {
    this.socket = socket;
    this.finished = finished;
    this.internals = internals;
  }

  /**
   * Writes bytes, whose memory is Node's until `finished` when they are `unfinished`. Refuses when
   * they could overtake others, and when writing fails: it will fail again in the usual way, which
   * then tells of it as usual.
   */
  write(bytes: Buffer): DirectlyWritten {
    const { socket, internals } = this;
    if (internals === null || this.unfinished || isBusy(socket)) return 'refused';
    const handle = socket._handle;
    if (handle?.writeBuffer === undefined) return 'refused';
    spare ??= new internals.WriteWrap();
    if (handle.writeBuffer(spare, bytes) !== 0) return 'refused';
    if (internals.streamBaseState[internals.kLastWriteWasAsync] === 0) return 'whole';
    this.keep(spare, bytes);
    spare = undefined;
    return 'unfinished';
  }

  // The request holds the memory that Node still has to write from.
  private keep(request: WriteRequest, bytes: Buffer): void {
    this.unfinished = true;
    request.buffer = bytes;
    request.oncomplete = (status) => {
      this.unfinished = false;
      if (this.socket.destroyed) return;
      if (status < 0) this.socket.destroy(new Error('write failed'));
      else this.finished();
    };
  }
}

const isBusy = (socket: Socket): boolean =>
  socket.writableLength > 0 || socket.writableCorked > 0 || socket.connecting;
