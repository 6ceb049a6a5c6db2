import { errorCode, frameType } from './constants.ts';
import type { FrameWriter } from './frame-writer.ts';
import type { Field } from './hpack/field.ts';
import { OctetQueue } from './octet-queue.ts';

/** What happens on a stream; whoever has the stream sets its `events` once, at the beginning. */
export type StreamEvents = {
  /** The head of an answer, interim ones (1xx) first. Only on streams that we opened. */
  readonly head: (fields: readonly Field[], endStream: boolean) => void;
  /** The memory of `bytes` is lent until the call returns. They count until `release`. */
  readonly data: (bytes: Buffer, endStream: boolean) => void;
  /** The last that comes. */
  readonly trailers: (fields: readonly Field[]) => void;
  /**
   * The stream is over before its time: the peer reset it, broke its rules (then `reason` says
   * which), or the connection is lost. Not called for a `reset` of our own.
   */
  readonly reset: (code: number, reason?: string) => void;
  /** So many octets of data that were given to `sendData` have gone out. */
  readonly sent: (octets: number) => void;
  /** The stream is closed, in whichever way; a `reset` follows. */
  readonly closed?: () => void;
};

/** What a stream needs of its connection. */
export type StreamOwner = {
  readonly writer: FrameWriter;
  /** Octets that the connection may send now. */
  sendWindow: number;
  /** Whether more output can be taken at all. */
  readonly writable: boolean;
  /** Octets of data for one frame. */
  readonly frameBytes: number;
  readonly encode: (fields: readonly Field[]) => Buffer;
  /** There is output to be taken. */
  readonly wake: () => void;
  /** It has data that could not be sent yet. */
  readonly block: (stream: Http2Stream) => void;
  readonly released: (stream: Http2Stream, octets: number) => void;
  readonly closed: (stream: Http2Stream, resetByUs: boolean) => void;
};

const nobody: StreamEvents = {
  head: () => {},
  data: () => {},
  trailers: () => {},
  reset: () => {},
  sent: () => {},
};

const nothing = Buffer.alloc(0);

/** One request and its answer on a connection (RFC 9113 5). What is sent after its end is dropped. */
export class Http2Stream {
  events: StreamEvents = nobody;
  /** 0 until the peer allows one more stream. */
  id: number;
  sendWindow: number;
  receiveWindow: number;
  /** Octets that the peer may have on their way and unreleased here, when all is released. */
  window: number;
  /** When the peer was last told of more, by `performance.now()`. */
  grantedAt = 0;
  /** Octets that came and are not released yet. */
  unreleased = 0;
  /** Octets that were released and that the peer has not been told of. */
  credit = 0;
  /** The peer has sent its last frame. */
  remoteEnded = false;
  /** We have sent our last frame. */
  localEnded = false;
  closed = false;
  /** Of the peer's message: it has a head already, and as much data is still to come; -1: unknown. */
  headSeen = false;
  dataExpected = -1;
  /** What the peer sends is a tunnel's, which has no trailers (RFC 9113 8.5). */
  tunnels = false;
  /** The request was HEAD or CONNECT, which matters for its answer. */
  method = '';
  private readonly owner: StreamOwner;
  /** Octets that wait to be sent. */
  queued = 0;
  // Most streams never have to wait.
  private queue: OctetQueue | undefined;
  private head: readonly Field[] | undefined;
  private trailers: readonly Field[] | undefined;
  /** After what is queued comes the end of our side. */
  private ending = false;
  private stopping = false;

  constructor(owner: StreamOwner, id: number, sendWindow: number, receiveWindow: number) {
    this.owner = owner;
    this.id = id;
    this.sendWindow = sendWindow;
    this.receiveWindow = receiveWindow;
    this.window = receiveWindow;
  }

  sendHead(fields: readonly Field[], endStream: boolean): void {
    if (this.closed || this.localEnded) return;
    if (this.id === 0) {
      this.head = fields;
      this.ending = endStream;
      return;
    }
    this.owner.writer.headers(this.id, this.owner.encode(fields), endStream);
    this.owner.wake();
    if (endStream) this.endLocal();
  }

  /** A stream that had to wait may begin under this identifier, with this window. */
  begin(id: number, sendWindow: number): void {
    this.id = id;
    this.sendWindow = sendWindow;
    const { head } = this;
    this.head = undefined;
    const endsWithHead = this.ending && !this.hasQueued && this.trailers === undefined;
    if (head !== undefined) this.sendHead(head, endsWithHead);
    this.owner.block(this);
  }

  /** Sends what the windows allow now, copies and keeps the rest; `sent` tells how it goes on. */
  sendData(bytes: Buffer, endStream: boolean): void {
    if (this.closed || this.localEnded || this.ending) return;
    if (bytes.length === 0 && !endStream) return;
    let sent = 0;
    if (!this.hasQueued && this.id !== 0) sent = this.write(bytes, endStream);
    if (!this.localEnded && (sent < bytes.length || endStream)) {
      this.keep(sent === 0 ? bytes : bytes.subarray(sent), endStream);
    }
    if (sent > 0) this.events.sent(sent);
  }

  sendTrailers(fields: readonly Field[]): void {
    if (this.closed || this.localEnded || this.ending) return;
    this.trailers = fields;
    this.ending = true;
    if (!this.hasQueued && this.id !== 0) this.finish();
  }

  /** Our side has ended, or will with what is queued; then the peer is told to send no more. */
  stop(): void {
    this.stopping = true;
    if (this.localEnded) this.reset(errorCode.noError);
  }

  /** Ends the stream at once, both ways; what is queued is dropped. */
  reset(code: number): void {
    if (this.closed) return;
    if (this.id !== 0) {
      this.owner.writer.numbers(frameType.resetStream, this.id, code);
      this.owner.wake();
    }
    this.close(true);
  }

  /** So many octets of data are dealt with: the peer may send as many more. */
  release(octets: number): void {
    if (this.closed || octets === 0) return;
    this.owner.released(this, octets);
  }

  /** Sends at most so much of what is queued; false when nothing could be sent, or nothing is left. */
  pump(most: number): boolean {
    const bytes = this.queue?.first();
    if (this.closed || bytes === undefined) {
      if (!this.closed && this.ending && !this.localEnded && this.id !== 0) this.finish();
      return false;
    }
    const isLast = this.queue?.isOnePiece === true && this.ending && this.trailers === undefined;
    const sent = this.write(bytes, isLast, Math.min(most, this.owner.frameBytes));
    if (sent === 0) return false;
    this.queue?.drop(sent);
    this.queued -= sent;
    if (!this.hasQueued && this.ending && !this.localEnded) this.finish();
    this.events.sent(sent);
    return this.hasQueued;
  }

  private keep(bytes: Buffer, endStream: boolean): void {
    if (bytes.length > 0) {
      this.queue ??= new OctetQueue();
      this.queue.push(bytes);
      this.queued += bytes.length;
    }
    this.ending = endStream;
    if (this.id !== 0) this.owner.block(this);
  }

  private get hasQueued(): boolean {
    return this.queue?.isEmpty === false;
  }

  /** Whether it waits for room. */
  get waits(): boolean {
    return !this.closed && (this.hasQueued || (this.ending && !this.localEnded));
  }

  /** Whether it has data for which its own window leaves no room. */
  get isShut(): boolean {
    return this.sendWindow <= 0 && this.hasQueued;
  }

  /** The peer's last frame has come. */
  endRemote(): void {
    this.remoteEnded = true;
    if (this.localEnded) this.close(false);
  }

  /** Forgets the stream, without a word to the peer. */
  close(resetByUs: boolean): void {
    if (this.closed) return;
    this.closed = true;
    this.queue = undefined;
    this.owner.closed(this, resetByUs);
    this.events.closed?.();
  }

  // How many octets went out.
  private write(bytes: Buffer, endStream: boolean, most = bytes.length): number {
    const { owner } = this;
    if (!owner.writable) return 0;
    const room = Math.min(bytes.length, most, this.sendWindow, owner.sendWindow);
    if (room <= 0 && bytes.length > 0) return 0;
    const end = Math.max(room, 0);
    let at = 0;
    do {
      const next = Math.min(at + owner.frameBytes, end);
      const isLast = endStream && next === bytes.length;
      owner.writer.data(this.id, bytes, at, next, isLast);
      at = next;
    } while (at < end);
    this.sendWindow -= end;
    owner.sendWindow -= end;
    owner.wake();
    if (endStream && end === bytes.length) this.endLocal();
    return end;
  }

  private finish(): void {
    const { owner, trailers } = this;
    if (trailers === undefined) owner.writer.data(this.id, nothing, 0, 0, true);
    else owner.writer.headers(this.id, owner.encode(trailers), true);
    owner.wake();
    this.endLocal();
  }

  private endLocal(): void {
    this.localEnded = true;
    if (this.remoteEnded) this.close(false);
    else if (this.stopping) this.reset(errorCode.noError);
  }
}
