import { errorCode, frameBytesMax, frameFlag, frameHeadBytes, frameType } from './constants.ts';
import { Http2Fault } from './fault.ts';

/** What a reader tells of. All memory is only lent until the call returns. */
export type FrameOwner = {
  /** A whole frame of any type but DATA. */
  readonly frame: (type: number, flags: number, stream: number, payload: Buffer) => void;
  /** A DATA frame begins; `length` counts padding too, as flow control does (RFC 9113 6.9.1). */
  readonly dataBegins: (stream: number, length: number, endStream: boolean) => void;
  /** A part of its data; `isLast`: the frame ends with it. */
  readonly dataPiece: (bytes: Buffer, isLast: boolean) => void;
  /** All of it has come. */
  readonly dataEnds: () => void;
};

/**
 * Cuts a connection's bytes into frames (RFC 9113 4.1), however they arrive. Data is handed on as
 * it comes; other frames when they are whole. Throws `Http2Fault`.
 */
export class FrameReader {
  private readonly owner: FrameOwner;
  private readonly bytesMax: number;
  private readonly head: Buffer = Buffer.allocUnsafeSlow(frameHeadBytes);
  private headOctets = 0;
  /** Octets of the present frame's payload that are still to come; undefined between frames. */
  private left: number | undefined;
  /** Of these, the last so many are padding; undefined until the padding's length is known. */
  private padding: number | undefined = 0;
  private payload: Buffer | undefined;

  /** `bytesMax`: octets of a frame's payload that the peer was told it may send. */
  constructor(owner: FrameOwner, bytesMax: number = frameBytesMax) {
    this.owner = owner;
    this.bytesMax = bytesMax;
  }

  take(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length || this.left === 0) {
      if (this.left === undefined) at = this.takeHead(bytes, at);
      else if (this.head[3] === frameType.data) at = this.takeData(bytes, at);
      else at = this.takePayload(bytes, at);
    }
  }

  private takeHead(bytes: Buffer, start: number): number {
    const { head } = this;
    let at = start;
    while (this.headOctets < frameHeadBytes && at < bytes.length) {
      head[this.headOctets++] = bytes[at++] as number;
    }
    if (this.headOctets < frameHeadBytes) return at;
    this.headOctets = 0;
    const length = head.readUIntBE(0, 3);
    if (length > this.bytesMax) {
      throw new Http2Fault(errorCode.frameSizeError, `a frame of ${length} bytes`);
    }
    this.left = length;
    if (head[3] === frameType.data) this.beginData(length);
    return at;
  }

  private get flags(): number {
    return this.head[4] as number;
  }

  // The first bit is reserved and ignored (RFC 9113 4.1).
  private get stream(): number {
    return this.head.readUInt32BE(5) & 0x7fff_ffff;
  }

  private beginData(length: number): void {
    const isPadded = (this.flags & frameFlag.padded) !== 0;
    if (isPadded && length === 0) {
      throw new Http2Fault(errorCode.frameSizeError, 'no room for the length of the padding');
    }
    this.padding = isPadded ? undefined : 0;
    this.owner.dataBegins(this.stream, length, (this.flags & frameFlag.endStream) !== 0);
  }

  private takeData(bytes: Buffer, start: number): number {
    let at = start;
    if (this.padding === undefined) {
      this.padding = bytes[at++] as number;
      this.left = (this.left as number) - 1;
      if (this.padding > this.left) {
        throw new Http2Fault(errorCode.protocolError, 'more padding than payload');
      }
    }
    const left = this.left as number;
    const end = Math.min(bytes.length, at + left);
    const dataEnd = Math.min(end, at + left - this.padding);
    const isLast = dataEnd - at === left;
    if (dataEnd > at) this.owner.dataPiece(bytes.subarray(at, dataEnd), isLast);
    this.left = left - (end - at);
    if (this.left === 0) {
      this.left = undefined;
      this.owner.dataEnds();
    }
    return end;
  }

  private takePayload(bytes: Buffer, start: number): number {
    const length = this.head.readUIntBE(0, 3);
    const left = this.left as number;
    const end = Math.min(bytes.length, start + left);
    if (left === length && end - start === length) {
      this.left = undefined;
      this.owner.frame(this.head[3] as number, this.flags, this.stream, bytes.subarray(start, end));
      return end;
    }
    this.payload ??= Buffer.allocUnsafe(length);
    bytes.copy(this.payload, length - left, start, end);
    this.left = left - (end - start);
    if (this.left > 0) return end;
    const { payload } = this;
    this.payload = undefined;
    this.left = undefined;
    this.owner.frame(this.head[3] as number, this.flags, this.stream, payload);
    return end;
  }
}
