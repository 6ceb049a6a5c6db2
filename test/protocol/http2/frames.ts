import { connectionPreface, frameHeadBytes } from '../../../src/protocol/http2/constants.ts';

/** A frame as it goes over the wire, written and read without the code that is tested. */
export type Frame = {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
};

/** A frame with this payload, or with these hexadecimal digits. */
export const frame = (
  type: number,
  flags: number,
  stream: number,
  payload: Buffer | string = '',
): Buffer => {
  const bytes = typeof payload === 'string' ? Buffer.from(payload, 'hex') : payload;
  const head = Buffer.alloc(frameHeadBytes);
  head.writeUIntBE(bytes.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, bytes]);
};

/** All frames in these bytes, which may begin with a preface and must end with a whole frame. */
export const framesOf = (bytes: Buffer): readonly Frame[] => {
  const preface = connectionPreface.length;
  let at = bytes.subarray(0, preface).equals(connectionPreface) ? preface : 0;
  const frames: Frame[] = [];
  while (at < bytes.length) {
    const end = at + frameHeadBytes + bytes.readUIntBE(at, 3);
    if (end > bytes.length) throw new Error('the last frame is not whole');
    frames.push({
      type: bytes.readUInt8(at + 3),
      flags: bytes.readUInt8(at + 4),
      stream: bytes.readUInt32BE(at + 5),
      payload: Buffer.from(bytes.subarray(at + frameHeadBytes, end)),
    });
    at = end;
  }
  return frames;
};

/** A number of 32 bits as the payload of RST_STREAM, WINDOW_UPDATE and others. */
export const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};

/** The payload of SETTINGS: identifiers and values by turns. */
export const settingsPayload = (...pairs: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(pairs.length * 3);
  for (let at = 0; at < pairs.length; at += 2) {
    bytes.writeUInt16BE(pairs[at] as number, at * 3);
    bytes.writeUInt32BE(pairs[at + 1] as number, at * 3 + 2);
  }
  return bytes;
};

export const emptySettings: Buffer = frame(4, 0, 0);
export const settingsAck: Buffer = frame(4, 1, 0);
