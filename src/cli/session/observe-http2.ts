import {
  connectionPreface,
  frameBytesMax,
  frameFlag,
  frameType,
} from '../../protocol/http2/constants.ts';
import { Http2Fault } from '../../protocol/http2/fault.ts';
import { FieldBlock } from '../../protocol/http2/field-block.ts';
import { FrameReader } from '../../protocol/http2/frame-reader.ts';
import { FieldDecoder, HpackFault } from '../../protocol/http2/hpack/decoder.ts';
import type { Field } from '../../protocol/http2/hpack/field.ts';
import { withoutPadding, withoutPriority } from '../../protocol/http2/messages.ts';
import type { Observation } from './observe.ts';

/** Bytes of a field table, which a peer may take more than usual for. */
const tableBytesMax = 65_536;
const fieldLimits = { bytes: 65_536, fields: 500 };
/** Requests without an answer; beyond them nobody reads along. */
const waitingMax = 1_000;

type Waiting = { readonly method: string; readonly path: string; readonly since: number };

/**
 * Reads along one connection of HTTP/2 (RFC 9113) as `Observer` does one of HTTP/1: it tells of each
 * answer, never changes, holds or refuses a byte, and looks away for good at the first thing that it
 * doesn't understand, such as another protocol. Keeps one field block and one table of fields for
 * each direction.
 */
export class Http2Observer {
  private readonly tell: (observation: Observation) => void;
  private readonly waiting = new Map<number, Waiting>();
  private requests: Direction | undefined;
  private answers: Direction | undefined;
  /** Octets of the preface that have come. */
  private begun = 0;
  /** What the app said before the preface was there: its settings, when it is HTTP/2. */
  private early: Buffer = Buffer.alloc(0);

  constructor(tell: (observation: Observation) => void) {
    this.tell = tell;
    this.requests = new Direction({
      fields: (stream, fields) => this.asked(stream, fields),
      reset: (stream) => void this.waiting.delete(stream),
    });
    this.answers = new Direction({
      fields: (stream, fields) => this.answered(stream, fields),
      reset: (stream) => void this.waiting.delete(stream),
    });
  }

  readonly toApp = (bytes: Buffer): void =>
    this.reading(() => {
      const rest = this.afterPreface(bytes);
      if (rest === undefined) return;
      this.answers?.take(this.early);
      this.early = Buffer.alloc(0);
      this.requests?.take(rest);
    });

  readonly fromApp = (bytes: Buffer): void =>
    this.reading(() => {
      if (this.begun === connectionPreface.length) this.answers?.take(bytes);
      else this.early = Buffer.concat([this.early, bytes]);
      if (this.early.length > frameBytesMax) this.lookAway();
    });

  private reading(read: () => void): void {
    if (this.requests === undefined) return;
    try {
      read();
    } catch (error) {
      if (!(error instanceof Http2Fault || error instanceof HpackFault)) throw error;
      this.lookAway();
    }
  }

  /** Undefined while the preface is not whole. */
  private afterPreface(bytes: Buffer): Buffer | undefined {
    const wanted = connectionPreface.subarray(this.begun, this.begun + bytes.length);
    if (!wanted.equals(bytes.subarray(0, wanted.length))) {
      this.lookAway();
      return undefined;
    }
    this.begun += wanted.length;
    return this.begun < connectionPreface.length ? undefined : bytes.subarray(wanted.length);
  }

  // Trailers have neither method nor path.
  private asked(stream: number, fields: readonly Field[]): void {
    const [method, path] = [valueIn(fields, ':method'), valueIn(fields, ':path')];
    if (this.requests === undefined || method === undefined || path === undefined) return;
    if (this.waiting.size >= waitingMax) this.lookAway();
    else this.waiting.set(stream, { method, path, since: performance.now() });
  }

  private answered(stream: number, fields: readonly Field[]): void {
    const request = this.waiting.get(stream);
    const status = Number(valueIn(fields, ':status'));
    if (request === undefined || !(status >= 200)) return;
    this.waiting.delete(stream);
    const { method, path, since } = request;
    this.tell({ method, path, status, milliseconds: performance.now() - since });
  }

  private lookAway(): void {
    this.requests = undefined;
    this.answers = undefined;
    this.early = Buffer.alloc(0);
    this.waiting.clear();
  }
}

const valueIn = (fields: readonly Field[], wanted: string): string | undefined =>
  fields.find(({ name }) => name === wanted)?.value;

type DirectionOwner = {
  /** A whole head or trailers; those that are too long are left out. */
  readonly fields: (stream: number, fields: readonly Field[]) => void;
  readonly reset: (stream: number) => void;
};

/** The frames of one direction, of which only those with fields are looked into. */
class Direction {
  private readonly owner: DirectionOwner;
  private readonly decoder = new FieldDecoder(tableBytesMax);
  private readonly block = new FieldBlock();
  private readonly reader = new FrameReader({
    frame: (type, flags, stream, payload) => this.frame(type, flags, stream, payload),
    dataBegins: () => {},
    dataPiece: () => {},
    dataEnds: () => {},
  });

  constructor(owner: DirectionOwner) {
    this.owner = owner;
  }

  take(bytes: Buffer): void {
    this.reader.take(bytes);
  }

  private frame(type: number, flags: number, stream: number, payload: Buffer): void {
    if (type === frameType.headers) {
      const { rest } = withoutPriority(withoutPadding(payload, flags), flags);
      this.block.begin(stream, false, false);
      this.part(flags, rest);
    } else if (type === frameType.continuation) this.part(flags, payload);
    else if (type === frameType.resetStream) this.owner.reset(stream);
    // It carries fields of its own: without them the table would not be the sender's.
    else if (type === frameType.pushPromise) throw new Http2Fault(0, 'a push');
  }

  private part(flags: number, part: Buffer): void {
    const block = this.block.add(part, (flags & frameFlag.endHeaders) !== 0);
    const fields = block === undefined ? undefined : this.decoder.decode(block, fieldLimits);
    if (fields !== undefined) this.owner.fields(this.block.stream, fields);
  }
}
