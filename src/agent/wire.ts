import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { DirectWriter } from './direct-write.ts';

/** What happens on a wire; the owner swaps the whole object when its view of the wire changes. */
export type WireHandler = {
  /** The memory of `bytes` is only ours until the call returns, or until they are written. */
  readonly bytes: (bytes: Buffer) => void;
  /** The other side has sent its last byte. */
  readonly end: () => void;
  /** After a `write` that returned false: there is room again. */
  readonly drain: () => void;
  /** Comes exactly once, last. `clean` is false when the connection broke. */
  readonly closed: (clean: boolean) => void;
};

// Closing with unread bytes would reset the connection and lose what we sent last.
const lingerMilliseconds = 2000;

const nobody: WireHandler = { bytes: () => {}, end: () => {}, drain: () => {}, closed: () => {} };

/**
 * One connection with bytes in both directions and nothing hidden: a TCP socket, or a stream of
 * the tunnel. Errors end as `closed(false)`; writing to a dead wire does nothing.
 */
export class Wire {
  handler: WireHandler = nobody;
  readonly stream: Duplex;
  private readonly direct: DirectWriter | undefined;
  private ended = false;
  private paused = false;

  /** On a stream that the caller makes bring its bytes; `tcp` is the same stream, if it is that. */
  constructor(stream: Duplex, tcp?: Socket) {
    this.stream = stream;
    this.direct = tcp === undefined ? undefined : new DirectWriter(tcp, () => this.written());
    let clean = true;
    stream.on('end', () => this.handler.end());
    stream.on('drain', () => this.handler.drain());
    stream.on('error', () => {
      clean = false;
    });
    stream.on('close', () => this.handler.closed(clean));
  }

  /** A wire on a stream that brings its bytes as `data` events. */
  static on(stream: Duplex): Wire {
    const wire = new Wire(stream);
    stream.on('data', (bytes: Buffer) => wire.handler.bytes(bytes));
    return wire;
  }

  /** False when the peer reads slower than we write: stop the source until `drain`. */
  write(bytes: Buffer): boolean {
    const { stream } = this;
    if (this.ended || stream.destroyed) return true;
    const written = this.direct?.write(bytes) ?? 'refused';
    if (written === 'whole') return true;
    if (written === 'unfinished') {
      keepMemory(bytes);
      return false;
    }
    const room = stream.write(bytes);
    // Most writes finish at once, whatever Node said before it tried.
    if (stream.writableLength === 0) return true;
    keepMemory(bytes);
    return room;
  }

  /** Some of what was written is still read from its memory. */
  get busy(): boolean {
    return this.stream.writableLength > 0 || this.direct?.unfinished === true;
  }

  /** Our side has ended, or will behind what is still to be written. */
  get isEnded(): boolean {
    return this.ended;
  }

  /** Sends the end of our side; the other side may go on. */
  end(): void {
    if (this.ended || this.stream.destroyed) return;
    this.ended = true;
    // Until then the wire can still be reset, so that half of what was said never looks whole.
    if (this.direct?.unfinished !== true) this.stream.end();
  }

  private written(): void {
    if (this.ended) this.stream.end();
    else this.handler.drain();
  }

  pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.stream.pause();
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.stream.resume();
  }

  /** Ends our side and drops what still comes, for at most two seconds. */
  discard(): void {
    this.handler = nobody;
    this.end();
    this.stream.resume();
    const timer = setTimeout(() => this.stream.destroy(), lingerMilliseconds);
    this.stream.once('close', () => clearTimeout(timer));
  }

  /** Ends at once in a way that the peer can't mistake for a proper end. */
  abort(): void {
    if (this.stream instanceof Socket && canReset(this.stream)) this.stream.resetAndDestroy();
    else this.stream.destroy();
  }
}

// While its end is on the way a socket can't be reset: Node would neither close it nor say so.
const canReset = (socket: Socket): boolean => {
  const isEnding = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
  return !socket.connecting && !isEnding;
};

/** Bytes of the buffer that a connection is read into again and again. */
export const readBytesMax: number = 64 * 1024;

// The buffer that the bytes now being handled lie in; undefined between two reads.
let reading: ReadBuffer | undefined;

/** The memory that one socket is read into, replaced when a write still needs it. */
export class ReadBuffer {
  private memory: Buffer = Buffer.allocUnsafeSlow(readBytesMax);
  /** The last read's bytes: reads are often as long as the one before. */
  private last: Buffer = this.memory;
  /** Where the bytes go; set before the first read. */
  wire: Wire | undefined;

  /** Options for `net.Socket`, which then reads without allocating and without `data` events. */
  readonly onread: {
    readonly buffer: () => Buffer;
    readonly callback: (length: number, memory: Uint8Array) => boolean;
  } = {
    buffer: () => this.memory,
    callback: (length) => {
      reading = this;
      try {
        this.wire?.handler.bytes(this.firstBytes(length));
      } finally {
        reading = undefined;
      }
      return true;
    },
  };

  private firstBytes(length: number): Buffer {
    if (this.last.length !== length) this.last = this.memory.subarray(0, length);
    return this.last;
  }

  /** A write holds on to some of these bytes: the next read gets other memory. */
  giveAway(bytes: Buffer): void {
    if (bytes.buffer !== this.memory.buffer) return;
    this.memory = Buffer.allocUnsafeSlow(readBytesMax);
    this.last = this.memory;
  }
}

const keepMemory = (bytes: Buffer): void => reading?.giveAway(bytes);
