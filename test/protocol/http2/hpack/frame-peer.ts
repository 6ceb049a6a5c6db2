import type { Socket } from 'node:net';
import { FieldDecoder } from '../../../../src/protocol/http2/hpack/decoder.ts';
import { FieldEncoder } from '../../../../src/protocol/http2/hpack/encoder.ts';
import type { Field } from '../../../../src/protocol/http2/hpack/field.ts';
import { ample } from './reading.ts';

const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const headers = 1;
const settings = 4;
const continuation = 9;
const endOfStream = 0x1;
const acknowledgement = 0x1;
const endOfHeaders = 0x4;
const priority = 0x20;

export type FramePeerOptions = {
  /** Whether the bytes of the other side start with the client's preface. */
  readonly isServer: boolean;
  /** Our SETTINGS_HEADER_TABLE_SIZE. */
  readonly tableBytesMax: number;
  readonly onFields: (stream: number, fields: readonly Field[]) => void;
};

/** As much of HTTP/2 as it takes to exchange field blocks with somebody else's implementation. */
export class FramePeer {
  readonly encoder: FieldEncoder = new FieldEncoder();
  readonly decoder: FieldDecoder;
  /** What went wrong while reading, so that a test can fail by it. */
  fault: unknown;
  readonly #socket: Socket;
  readonly #options: FramePeerOptions;
  #rest: Buffer = Buffer.alloc(0);
  #isPrefaceDue: boolean;
  #block: Buffer = Buffer.alloc(0);

  constructor(socket: Socket, options: FramePeerOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#isPrefaceDue = options.isServer;
    this.decoder = new FieldDecoder(options.tableBytesMax);
    if (!options.isServer) socket.write(preface);
    const announced = Buffer.alloc(6);
    announced.writeUInt16BE(1, 0);
    announced.writeUInt32BE(options.tableBytesMax, 2);
    this.#writeFrame(settings, 0, 0, announced);
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      try {
        this.#read(bytes);
      } catch (error) {
        this.fault = error;
        socket.destroy();
      }
    });
  }

  /** A whole message without a body. */
  send(stream: number, fields: readonly Field[]): void {
    this.#writeFrame(headers, endOfHeaders | endOfStream, stream, this.encoder.encode(fields));
  }

  #read(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    if (this.#isPrefaceDue) {
      if (this.#rest.length < preface.length) return;
      this.#rest = this.#rest.subarray(preface.length);
      this.#isPrefaceDue = false;
    }
    while (this.#rest.length >= 9) {
      const end = 9 + this.#rest.readUIntBE(0, 3);
      if (this.#rest.length < end) return;
      const frame = this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end);
      const [type, flags] = [frame[3] as number, frame[4] as number];
      this.#take(type, flags, frame.readUInt32BE(5), frame.subarray(9));
    }
  }

  #take(type: number, flags: number, stream: number, payload: Buffer): void {
    if (type === settings && (flags & acknowledgement) === 0) this.#takeSettings(payload);
    if (type !== headers && type !== continuation) return;
    const isPrioritized = type === headers && (flags & priority) !== 0;
    this.#block = Buffer.concat([this.#block, payload.subarray(isPrioritized ? 5 : 0)]);
    if ((flags & endOfHeaders) === 0) return;
    const fields = this.decoder.decode(this.#block, ample) ?? [];
    this.#block = Buffer.alloc(0);
    this.#options.onFields(stream, fields);
  }

  #takeSettings(payload: Buffer): void {
    for (let at = 0; at < payload.length; at += 6) {
      if (payload.readUInt16BE(at) !== 1) continue;
      this.encoder.setTableBytesMax(payload.readUInt32BE(at + 2));
    }
    this.#writeFrame(settings, acknowledgement, 0, Buffer.alloc(0));
  }

  #writeFrame(type: number, flags: number, stream: number, payload: Buffer): void {
    const frame = Buffer.alloc(9 + payload.length);
    frame.writeUIntBE(payload.length, 0, 3);
    frame[3] = type;
    frame[4] = flags;
    frame.writeUInt32BE(stream, 5);
    payload.copy(frame, 9);
    this.#socket.write(frame);
  }
}
