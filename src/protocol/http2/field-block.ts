import { errorCode } from './constants.ts';
import { Http2Fault } from './fault.ts';

/** Octets of one encoded field block; each of them may stand for many fields. */
const blockBytesMax: number = 128 * 1024;
/** Parts of one block: more than 64 KB of fields never need. */
const partsMax = 16;

const nothing = Buffer.alloc(0);

/** Joins the parts of a field block (RFC 9113 4.3), which no other frame may interrupt. */
export class FieldBlock {
  /** More must follow. */
  open = false;
  stream = 0;
  endStream = false;
  dependsOnItself = false;
  private bytes: Buffer = nothing;
  private parts = 0;

  begin(stream: number, endStream: boolean, dependsOnItself: boolean): void {
    this.open = true;
    this.stream = stream;
    this.endStream = endStream;
    this.dependsOnItself = dependsOnItself;
    this.bytes = nothing;
    this.parts = 0;
  }

  /** The whole block with its last part, else undefined. The memory of `part` is only lent. */
  add(part: Buffer, isLast: boolean): Buffer | undefined {
    this.parts += 1;
    if (this.parts > partsMax || this.bytes.length + part.length > blockBytesMax) {
      throw new Http2Fault(errorCode.enhanceYourCalm, 'a field block that does not end');
    }
    if (this.parts === 1 && isLast) this.bytes = part;
    else this.bytes = Buffer.concat([this.bytes, part]);
    if (!isLast) return undefined;
    this.open = false;
    return this.bytes;
  }
}
