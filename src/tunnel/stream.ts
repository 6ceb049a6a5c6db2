import { nobody, type Wire, type WireHandler } from '../base/wire/wire.ts';
import { errorCode } from '../protocol/http2/constants.ts';
import type { Field } from '../protocol/http2/hpack/field.ts';
import { OctetQueue } from '../protocol/http2/octet-queue.ts';
import type { Http2Session } from '../protocol/http2/session.ts';
import type { Http2Stream } from '../protocol/http2/stream.ts';
import { discardMsMax, unsentBytes } from './limits.ts';

/** What happens on a stream. Nothing but `closed` is told before the first `resume`. */
export type TunnelHandler = WireHandler & {
  /** So many bytes of what was written have gone out. */
  readonly sent?: (octets: number) => void;
};

const nothing = Buffer.alloc(0);

/**
 * One stream of a tunnel, after its CONNECT was answered (RFC 9113 8.5). What its reader has not
 * taken waits here, never more than the stream's window. What is written waits in the stream while
 * its window is shut.
 */
export class TunnelStream implements Wire {
  handler: TunnelHandler = nobody;
  /** The reader says with `release` what it is done with, instead of by returning. */
  holds = false;
  /** The code with which it was reset, by either side; 0 while it is open or ended in order. */
  code: number = errorCode.noError;
  readonly busy = false;
  private readonly http: Http2Stream;
  private readonly session: Http2Session;
  private queue: OctetQueue | undefined;
  private unsent = 0;
  private paused = true;
  private full = false;
  private passing = false;
  private ended = false;
  private peerEnded = false;
  private told = false;
  private closed = false;
  private over = false;
  private readonly waiting: (() => void)[] = [];
  private tellHead: ((fields: readonly Field[] | undefined) => void) | undefined;

  /** `peerEnded`: the peer's head was its last word. */
  constructor(session: Http2Session, http: Http2Stream, peerEnded = false) {
    this.session = session;
    this.http = http;
    this.peerEnded = peerEnded;
    http.events = {
      head: (fields, endStream) => this.answered(fields, endStream),
      data: (bytes, endStream) => this.took(bytes, endStream),
      trailers: () => this.reset(errorCode.protocolError),
      reset: (code) => this.broke(code),
      sent: (octets) => this.sent(octets),
      closed: () => this.settle(),
    };
  }

  /** The whole tunnel is gone. */
  get isLost(): boolean {
    return this.session.isOver;
  }

  /** No further stream can be had on its tunnel. */
  get isDraining(): boolean {
    return this.session.isClosing;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  get isEnded(): boolean {
    return this.ended;
  }

  /** All that was written has gone out, and the end of our side behind it. */
  get isEndSent(): boolean {
    return this.http.localEnded;
  }

  /** The peer has ended its side in order, and all of it was told. */
  get isWhole(): boolean {
    return this.told;
  }

  /** Sends the head of a CONNECT or of its answer. */
  sendHead(fields: readonly Field[], endStream: boolean): void {
    if (endStream) this.ended = true;
    this.http.sendHead(fields, endStream);
  }

  /** The head of the answer; undefined when the stream is over without one. */
  answer(): Promise<readonly Field[] | undefined> {
    return new Promise((resolve) => {
      if (this.closed) resolve(undefined);
      this.tellHead = resolve;
    });
  }

  write(bytes: Buffer): boolean {
    if (this.ended || this.closed) return true;
    this.unsent += bytes.length;
    this.http.sendData(bytes, false);
    this.full = this.unsent > unsentBytes(this.session.open);
    return !this.full;
  }

  end(): void {
    if (this.ended || this.closed) return;
    this.ended = true;
    this.http.sendData(nothing, true);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    if (this.queue !== undefined || this.peerEnded) process.nextTick(this.pass);
  }

  discard(): void {
    this.handler = nobody;
    this.holds = false;
    this.end();
    this.resume();
    if (this.over) return;
    const timer = setTimeout(() => this.reset(errorCode.noError), discardMsMax);
    this.whenClosed(() => clearTimeout(timer));
  }

  abort(): void {
    this.reset(errorCode.cancel);
  }

  /** Ends it at once, both ways, with that code. What was not sent yet is dropped. */
  reset(code: number): void {
    if (this.closed) return;
    this.code = code;
    this.closed = true;
    this.http.reset(code);
    this.finish(false);
  }

  /** So many bytes that came are dealt with; for one who `holds`. */
  release(octets: number): void {
    this.http.release(octets);
  }

  whenClosed(act: () => void): void {
    if (this.over) act();
    else this.waiting.push(act);
  }

  whenEnded(act: () => void): void {
    if (this.isEndSent || this.over) act();
    else this.whenClosed(act);
  }

  private answered(fields: readonly Field[], endStream: boolean): void {
    const { tellHead } = this;
    this.tellHead = undefined;
    tellHead?.(fields);
    if (endStream) this.took(nothing, true);
  }

  private took(bytes: Buffer, endStream: boolean): void {
    if (bytes.length > 0) {
      if (this.paused || this.queue !== undefined) {
        this.queue ??= new OctetQueue();
        this.queue.push(bytes);
      } else this.give(bytes);
    }
    if (!endStream) return;
    this.peerEnded = true;
    if (!this.paused && this.queue === undefined) this.tellEnd();
  }

  private give(bytes: Buffer): void {
    this.handler.bytes(bytes);
    if (!this.holds) this.http.release(bytes.length);
  }

  // What waited, until the reader has enough again.
  private readonly pass = (): void => {
    if (this.passing) return;
    this.passing = true;
    while (!this.paused && !this.closed) {
      const bytes = this.queue?.first();
      if (bytes === undefined) break;
      this.queue?.drop(bytes.length);
      this.give(bytes);
    }
    this.passing = false;
    if (this.queue?.isEmpty === true) this.queue = undefined;
    if (this.queue === undefined && this.peerEnded && !this.paused) this.tellEnd();
  };

  private tellEnd(): void {
    if (this.told || this.closed) return;
    this.told = true;
    this.handler.end();
    this.settle();
  }

  // Both sides may have ended in order.
  private settle(): void {
    if (this.closed || !this.told || !this.http.closed || !this.http.localEnded) return;
    this.closed = true;
    this.finish(true);
  }

  private broke(code: number): void {
    if (this.closed) return;
    this.code = code;
    this.closed = true;
    this.finish(code === errorCode.noError);
  }

  private sent(octets: number): void {
    this.unsent -= octets;
    this.handler.sent?.(octets);
    if (!this.full || this.unsent * 2 > unsentBytes(this.session.open)) return;
    this.full = false;
    this.handler.drain();
  }

  // Later, so that nobody hears of it in the middle of what they do to it.
  private finish(clean: boolean): void {
    this.queue = undefined;
    this.tellHead?.(undefined);
    process.nextTick(() => {
      this.over = true;
      this.handler.closed(clean);
      for (const act of this.waiting.splice(0)) act();
    });
  }
}
