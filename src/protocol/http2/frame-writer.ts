import { frameBytesMax, frameFlag, frameHeadBytes, frameType } from './constants.ts';

/** Octets of one piece of output: two of the largest frames, and some small ones. */
const slabBytes: number = 132 * 1024;
const slabsKeptMax = 32;
/** Octets that are cheaper to copy than to keep a whole slab for until they are written. */
const smallBytes: number = 4 * 1024;
/** Octets of data in one frame that always fit. */
export const dataBytesMax: number = 64 * 1024;

const kept: Buffer[] = [];

/** Gives a written piece of output back, once nothing reads it any more. */
export const recycle = (slab: Buffer | undefined): void => {
  if (slab !== undefined && kept.length < slabsKeptMax) kept.push(slab);
};

/** A piece of output: `slab` is its memory, where it is to be recycled when `bytes` are written. */
export type Output = { readonly bytes: Buffer; readonly slab: Buffer | undefined };

const nothing = Buffer.alloc(0);

/** Puts frames (RFC 9113 4.1) into memory until somebody takes them. */
export class FrameWriter {
  /** Octets that wait to be taken. */
  waiting = 0;
  private full: Output[] = [];
  private slab: Buffer | undefined;
  private used = 0;

  /** All output so far, in order. */
  takeAll(): readonly Output[] {
    this.close();
    const { full } = this;
    this.full = [];
    this.waiting = 0;
    return full;
  }

  /** Bytes that are no frame: a client's preface. */
  raw(bytes: Buffer): void {
    this.reserve(bytes.length);
    bytes.copy(this.slab as Buffer, this.used);
    this.used += bytes.length;
    this.waiting += bytes.length;
  }

  frame(type: number, flags: number, stream: number, payload: Buffer = nothing): void {
    const at = this.begin(type, flags, stream, payload.length);
    payload.copy(this.slab as Buffer, at);
  }

  /** A frame whose payload is one or two numbers of 32 bits. */
  numbers(type: number, stream: number, one: number, two?: number): void {
    const at = this.begin(type, 0, stream, two === undefined ? 4 : 8);
    const slab = this.slab as Buffer;
    slab.writeUInt32BE(one, at);
    if (two !== undefined) slab.writeUInt32BE(two, at + 4);
  }

  /** DATA with `bytes` from `start` to `end`, no more of them than the peer takes in one frame. */
  data(stream: number, bytes: Buffer, start: number, end: number, endStream: boolean): void {
    const flags = endStream ? frameFlag.endStream : 0;
    const at = this.begin(frameType.data, flags, stream, end - start);
    if (end > start) bytes.copy(this.slab as Buffer, at, start, end);
  }

  /** HEADERS with one field block, and as many CONTINUATIONs as it takes. */
  headers(stream: number, block: Buffer, endStream: boolean): void {
    let type: number = frameType.headers;
    let flags: number = endStream ? frameFlag.endStream : 0;
    let start = 0;
    while (block.length - start > frameBytesMax) {
      this.frame(type, flags, stream, block.subarray(start, start + frameBytesMax));
      start += frameBytesMax;
      type = frameType.continuation;
      flags = 0;
    }
    const rest = start === 0 ? block : block.subarray(start);
    this.frame(type, flags | frameFlag.endHeaders, stream, rest);
  }

  // Writes a frame's header; the index where its payload belongs.
  private begin(type: number, flags: number, stream: number, length: number): number {
    const octets = frameHeadBytes + length;
    const slab = this.reserve(octets);
    const { used } = this;
    slab[used] = length >>> 16;
    slab[used + 1] = length >>> 8;
    slab[used + 2] = length;
    slab[used + 3] = type;
    slab[used + 4] = flags;
    slab[used + 5] = stream >>> 24;
    slab[used + 6] = stream >>> 16;
    slab[used + 7] = stream >>> 8;
    slab[used + 8] = stream;
    this.used += octets;
    this.waiting += octets;
    return used + frameHeadBytes;
  }

  // The memory that has room for so many octets, from `used` on.
  private reserve(octets: number): Buffer {
    if (this.slab === undefined || this.used + octets > slabBytes) {
      this.close();
      this.slab = kept.pop() ?? Buffer.allocUnsafeSlow(slabBytes);
    }
    return this.slab;
  }

  private close(): void {
    const { slab } = this;
    if (slab === undefined) return;
    const bytes = slab.subarray(0, this.used);
    if (bytes.length > smallBytes) this.full.push({ bytes, slab });
    else {
      this.full.push({ bytes: Buffer.from(bytes), slab: undefined });
      recycle(slab);
    }
    this.slab = undefined;
    this.used = 0;
  }
}
