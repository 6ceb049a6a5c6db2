import { Budget } from './budget.ts';
import { errorCode, frameFlag, windowBytesMax } from './constants.ts';
import type { Core } from './core.ts';
import { Http2Fault, MalformedMessage } from './fault.ts';
import { FieldBlock } from './field-block.ts';
import { HpackFault } from './hpack/fault.ts';
import type { Field } from './hpack/field.ts';
import { checkAnswer, checkRequest, checkTrailers } from './message.ts';
import type { Http2Stream } from './stream.ts';
import { type StreamFaults, tooMany } from './stream-faults.ts';

const { protocolError, frameSizeError, streamClosed, compressionError } = errorCode;
const { refusedStream, flowControlError } = errorCode;

const priorityBytes = 5;
const nothing = Buffer.alloc(0);

/** HEADERS, CONTINUATION and DATA: requests and answers (RFC 9113 8). */
export class Messages {
  readonly block: FieldBlock = new FieldBlock();
  private readonly core: Core;
  private readonly faults: StreamFaults;
  /** The stream of the DATA frame that is coming; undefined when nobody wants it. */
  private dataOf: Http2Stream | undefined;
  private dataEndsStream = false;
  /** Octets of this frame that were counted and not handed on. */
  private dataHeld = 0;
  /** Frames of data without data. */
  private readonly empty = new Budget(10_000, 1000);

  constructor(core: Core, faults: StreamFaults) {
    this.core = core;
    this.faults = faults;
  }

  headers(flags: number, id: number, payload: Buffer): void {
    if (id === 0) throw new Http2Fault(protocolError, 'HEADERS on the connection');
    const { dependsOn, rest } = withoutPriority(withoutPadding(payload, flags), flags);
    this.block.begin(id, (flags & frameFlag.endStream) !== 0, dependsOn === id);
    this.continuation(flags, rest);
  }

  continuation(flags: number, payload: Buffer): void {
    const block = this.block.add(payload, (flags & frameFlag.endHeaders) !== 0);
    if (block === undefined) return;
    const fields = this.decode(block);
    const { stream: id } = this.block;
    const stream = this.core.streams.get(id) ?? this.newStream(id);
    if (stream === undefined) return;
    try {
      this.message(stream, fields);
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      this.faults.end(stream, protocolError, error.message);
    }
  }

  dataBegins(id: number, length: number, endStream: boolean): void {
    if (id === 0) throw new Http2Fault(protocolError, 'DATA on the connection');
    if (length === 0 && !endStream && !this.empty.take()) throw tooMany('empty frames');
    const stream = this.core.streams.get(id);
    this.dataOf = undefined;
    this.dataEndsStream = endStream;
    this.dataHeld = length;
    const fits = this.core.credit.received(stream, length);
    if (stream === undefined) this.faults.late(id, 'DATA');
    else if (stream.remoteEnded) this.faults.end(stream, streamClosed, 'DATA behind the end');
    else if (!fits) this.faults.end(stream, flowControlError, 'more data than the window allows');
    else if (!stream.headSeen) this.faults.end(stream, protocolError, 'DATA before the head');
    else this.dataOf = stream;
  }

  dataPiece(bytes: Buffer, isLast: boolean): void {
    const stream = this.dataOf;
    if (stream === undefined || stream.closed) return;
    this.dataHeld -= bytes.length;
    if (stream.dataExpected !== -1) {
      stream.dataExpected -= bytes.length;
      if (stream.dataExpected < 0) {
        this.faults.end(stream, protocolError, 'more data than content-length says');
        return;
      }
    }
    const endsStream = isLast && this.dataEndsStream;
    if (endsStream && this.endsShort(stream)) return;
    if (endsStream) stream.endRemote();
    stream.events.data(bytes, endsStream);
  }

  dataEnds(): void {
    const stream = this.dataOf;
    this.dataOf = undefined;
    if (stream === undefined || stream.closed) return;
    // Padding was dealt with as soon as it came.
    stream.release(this.dataHeld);
    if (!this.dataEndsStream || stream.remoteEnded || this.endsShort(stream)) return;
    stream.endRemote();
    stream.events.data(nothing, true);
  }

  // Undefined when the fields exceed our limits.
  private decode(block: Buffer): readonly Field[] | undefined {
    const { decoder, limits } = this.core;
    try {
      return decoder.decode(block, { bytes: limits.fieldBytes, fields: limits.fields });
    } catch (error) {
      if (error instanceof HpackFault) throw new Http2Fault(compressionError, error.message);
      throw error;
    }
  }

  // Undefined when nobody wants it.
  private newStream(id: number): Http2Stream | undefined {
    const { core, faults } = this;
    if (core.role === 'client' || id % 2 === 0 || id <= core.lastRemoteId) {
      faults.late(id, 'HEADERS');
      return undefined;
    }
    core.lastRemoteId = id;
    if (!core.closing && core.streams.size < core.limits.streams) return core.accept(id);
    core.refuse(id, refusedStream);
    faults.countFutile();
    return undefined;
  }

  private message(stream: Http2Stream, fields: readonly Field[] | undefined): void {
    const { endStream, dependsOnItself } = this.block;
    if (stream.remoteEnded) {
      this.faults.end(stream, streamClosed, 'HEADERS behind the end');
      return;
    }
    if (dependsOnItself) throw new MalformedMessage('a stream that depends on itself');
    if (fields === undefined) this.oversized(stream, endStream);
    else if (stream.headSeen) this.trailers(stream, fields, endStream);
    else if (this.core.role === 'server') this.request(stream, fields, endStream);
    else this.answer(stream, fields, endStream);
  }

  private oversized(stream: Http2Stream, endStream: boolean): void {
    if (this.core.role === 'client' || stream.headSeen) {
      throw new MalformedMessage('more fields than the agent takes');
    }
    stream.headSeen = true;
    if (endStream) stream.endRemote();
    this.core.owner.oversized(stream);
  }

  private trailers(stream: Http2Stream, fields: readonly Field[], endStream: boolean): void {
    if (!endStream) throw new MalformedMessage('trailers that end nothing');
    if (stream.tunnels) throw new MalformedMessage('trailers in a tunnel');
    checkTrailers(fields);
    if (this.endsShort(stream)) return;
    stream.endRemote();
    stream.events.trailers(fields);
  }

  private request(stream: Http2Stream, fields: readonly Field[], endStream: boolean): void {
    const { method, length } = checkRequest(fields, this.core.connects);
    stream.method = method;
    stream.tunnels = method === 'CONNECT';
    stream.headSeen = true;
    stream.dataExpected = length;
    if (endStream && this.endsShort(stream)) return;
    if (endStream) stream.endRemote();
    this.core.owner.request(stream, fields, endStream);
  }

  private answer(stream: Http2Stream, fields: readonly Field[], endStream: boolean): void {
    const { status, length } = checkAnswer(fields, stream.method);
    if (status < 200) {
      if (endStream) throw new MalformedMessage('an interim answer that ends');
      stream.events.head(fields, false);
      return;
    }
    stream.headSeen = true;
    stream.tunnels = stream.method === 'CONNECT' && status < 300;
    stream.dataExpected = length;
    if (endStream && this.endsShort(stream)) return;
    if (endStream) stream.endRemote();
    stream.events.head(fields, endStream);
  }

  private endsShort(stream: Http2Stream): boolean {
    if (stream.dataExpected <= 0) return false;
    this.faults.end(stream, protocolError, 'less data than content-length says');
    return true;
  }
}

/** What a payload holds besides its padding (RFC 9113 6.1). */
export const withoutPadding = (payload: Buffer, flags: number): Buffer => {
  if ((flags & frameFlag.padded) === 0) return payload;
  if (payload.length === 0) throw new Http2Fault(frameSizeError, 'no length of the padding');
  const end = payload.length - (payload[0] as number);
  if (end < 1) throw new Http2Fault(protocolError, 'more padding than payload');
  return payload.subarray(1, end);
};

/** A payload of HEADERS without the priority that it may begin with (RFC 9113 6.2). */
export const withoutPriority = (
  fragment: Buffer,
  flags: number,
): { readonly dependsOn: number; readonly rest: Buffer } => {
  if ((flags & frameFlag.priority) === 0) return { dependsOn: 0, rest: fragment };
  if (fragment.length < priorityBytes) {
    throw new Http2Fault(frameSizeError, 'no room for a priority');
  }
  const dependsOn = fragment.readUInt32BE(0) & windowBytesMax;
  return { dependsOn, rest: fragment.subarray(priorityBytes) };
};
