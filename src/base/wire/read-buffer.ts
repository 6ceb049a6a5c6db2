import type { Wire } from './wire.ts';

/** Bytes of the buffer that a connection is read into again and again. */
export const readBytesMax: number = 64 * 1024;

// The buffer that the bytes now being handled lie in; undefined between two reads.
let reading: ReadBuffer | undefined;

/** The memory that one socket is read into, replaced when a write still needs it. */
export class ReadBuffer {
  private readonly bytesMax: number;
  private memory: Buffer;
  /** The last read's bytes: reads are often as long as the one before. */
  private last: Buffer;
  /** Where the bytes go; set before the first read. */
  wire: Pick<Wire, 'handler'> | undefined;

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

  /** `bytesMax`: octets of one read. */
  constructor(bytesMax: number = readBytesMax) {
    this.bytesMax = bytesMax;
    this.memory = Buffer.allocUnsafeSlow(bytesMax);
    this.last = this.memory;
  }

  private firstBytes(length: number): Buffer {
    if (this.last.length !== length) this.last = this.memory.subarray(0, length);
    return this.last;
  }

  /** A write holds on to some of these bytes: the next read gets other memory. */
  giveAway(bytes: Buffer): void {
    if (bytes.buffer !== this.memory.buffer) return;
    this.memory = Buffer.allocUnsafeSlow(this.bytesMax);
    this.last = this.memory;
  }
}

/** A write still reads these bytes, if they are of the read that is being handled: it gets their memory. */
export const keepMemory = (bytes: Buffer): void => reading?.giveAway(bytes);
