import { connectionPreface, errorCode, frameType, streamIdMax } from './constants.ts';
import { Control } from './control.ts';
import { Core, type Limits, type Role, type SessionOwner } from './core.ts';
import { Http2Fault } from './fault.ts';
import { type FrameOwner, FrameReader } from './frame-reader.ts';
import type { Output } from './frame-writer.ts';
import { Messages } from './messages.ts';
import { Pings } from './pings.ts';
import type { Http2Stream } from './stream.ts';
import { StreamFaults } from './stream-faults.ts';

const { noError, protocolError, settingsTimeout } = errorCode;
/** Settings that may wait for the peer's acknowledgement. */
const announcedMax = 100;

/**
 * One side of a connection of HTTP/2 (RFC 9113), without the connection: bytes go in by `take` and
 * come out by `takeOutput`, whenever the owner was woken. Flow control is the owner's: it releases
 * data when it has dealt with it.
 */
export class Http2Session implements FrameOwner {
  private readonly core: Core;
  private readonly messages: Messages;
  private readonly control: Control;
  private readonly reader: FrameReader;
  private readonly pings = new Pings();
  /** Octets of the client's preface that a server has still to see. */
  private prefaceLeft: number;
  private drained: 'no' | 'announced' | 'yes' = 'no';

  constructor(role: Role, limits: Limits, owner: SessionOwner) {
    this.core = new Core(role, limits, {
      ...owner,
      streamClosed: () => {
        owner.streamClosed();
        this.settle();
      },
    });
    const faults = new StreamFaults(this.core);
    this.messages = new Messages(this.core, faults);
    this.control = new Control(this.core, faults, (payload) => this.pinged(payload));
    this.reader = new FrameReader(this, limits.frameBytes);
    this.prefaceLeft = role === 'server' ? connectionPreface.length : 0;
    if (role === 'client') this.core.writer.raw(connectionPreface);
    this.core.start();
  }

  /** Streams that are open or wait to be. */
  get open(): number {
    return this.core.open();
  }

  get isOver(): boolean {
    return this.core.over;
  }

  /** Octets of output that wait to be taken. */
  get waiting(): number {
    return this.core.writer.waiting;
  }

  /** `drain` was called. */
  get isDraining(): boolean {
    return this.drained !== 'no';
  }

  /** No stream can be begun any more. */
  get isClosing(): boolean {
    return this.core.closing || this.core.over;
  }

  /** Bytes from the peer, lent until the call returns. What breaks the rules ends the session. */
  take(bytes: Buffer): void {
    if (this.core.over) return;
    this.guard(() => {
      this.reader.take(this.prefaceLeft > 0 ? this.takePreface(bytes) : bytes);
      this.core.assertOutput();
    });
  }

  /** A new stream for a request to the peer; undefined when none can be had on this connection. */
  request(method: string): Http2Stream | undefined {
    const stream = this.core.openStream();
    if (stream !== undefined) stream.method = method;
    return stream;
  }

  /**
   * Tells the peer how many streams it may open, and that it may use extended CONNECT. It is held to
   * the number once it has acknowledged it (RFC 9113 6.5.3).
   */
  allow(streams: number, connects: boolean): void {
    const { core } = this;
    if (core.over) return;
    if (core.announced.length > announcedMax) {
      this.fail(new Http2Fault(settingsTimeout, 'settings that are not acknowledged'));
      return;
    }
    const isNew = connects && !core.connects;
    core.connects ||= connects;
    core.announce({
      maxConcurrentStreams: streams,
      ...(isNew ? { enableConnectProtocol: 1 } : {}),
    });
  }

  /** Sends a PING (RFC 9113 6.7); `answered` gets how long the answer took, if one comes. */
  ping(answered: (milliseconds: number) => void): void {
    const { core } = this;
    if (core.over) return;
    core.writer.frame(frameType.ping, 0, 0, this.pings.next(answered));
    core.wake();
  }

  /**
   * Takes no new streams and ends when the last one is closed. The peer is told twice, so that what
   * it has sent by the first time is still answered (RFC 9113 6.8); a second call doesn't wait for
   * the peer's answer.
   */
  drain(): void {
    const { core, drained } = this;
    if (core.over || drained === 'yes') return;
    if (core.role === 'server' && drained === 'no') {
      this.drained = 'announced';
      core.goaway(streamIdMax, noError);
      this.ping(() => this.finishDrain());
    } else this.finishDrain(true);
  }

  /** Whether the peer takes more output; true lets what waited in streams become output. */
  setWritable(writable: boolean): void {
    this.core.room = writable;
    if (writable && !this.core.over) this.core.pump();
  }

  /** All that is to be written, in order. */
  takeOutput(): readonly Output[] {
    this.control.flushed();
    return this.core.writer.takeAll();
  }

  /** The connection is gone, or must go: all streams end with that code. */
  end(code: number, reason?: string): void {
    const { core } = this;
    if (core.over) return;
    core.finish();
    core.dropAll(code, reason);
    core.owner.over(undefined);
  }

  /** Ends the session when too much output waits for a peer that does not read. */
  limitOutput(): void {
    this.guard(() => this.core.assertOutput());
  }

  readonly frame = (type: number, flags: number, id: number, payload: Buffer): void => {
    const { core, messages, control } = this;
    if (core.over) return;
    this.assertOrder(type, id);
    if (type === frameType.headers) messages.headers(flags, id, payload);
    else if (type === frameType.windowUpdate) control.windowUpdate(id, payload);
    else if (type === frameType.resetStream) control.resetStream(id, payload);
    else if (type === frameType.continuation) messages.continuation(flags, payload);
    else if (type === frameType.settings) control.settings(flags, id, payload);
    else if (type === frameType.ping) control.ping(flags, id, payload);
    else if (type === frameType.goaway) control.goaway(id, payload);
    else if (type === frameType.priority) control.priority(id, payload);
    else if (type === frameType.pushPromise) {
      throw new Http2Fault(protocolError, 'PUSH_PROMISE, which was not allowed');
    }
  };

  readonly dataBegins = (id: number, length: number, endStream: boolean): void => {
    if (this.core.over) return;
    this.assertOrder(frameType.data, id);
    this.messages.dataBegins(id, length, endStream);
  };

  readonly dataPiece = (bytes: Buffer, isLast: boolean): void =>
    this.messages.dataPiece(bytes, isLast);

  readonly dataEnds = (): void => this.messages.dataEnds();

  private guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof Http2Fault)) throw error;
      this.fail(error);
    }
  }

  private takePreface(bytes: Buffer): Buffer {
    const start = connectionPreface.length - this.prefaceLeft;
    const length = Math.min(bytes.length, this.prefaceLeft);
    if (bytes.compare(connectionPreface, start, start + length, 0, length) !== 0) {
      throw new Http2Fault(protocolError, 'no preface of HTTP/2');
    }
    this.prefaceLeft -= length;
    return bytes.subarray(length);
  }

  private assertOrder(type: number, id: number): void {
    const { block } = this.messages;
    const isMore = type === frameType.continuation;
    if (block.open ? !(isMore && id === block.stream) : isMore) {
      throw new Http2Fault(protocolError, 'a field block that is not in one piece');
    }
    if (!this.control.settled && type !== frameType.settings) {
      throw new Http2Fault(protocolError, 'no SETTINGS at the beginning');
    }
  }

  private pinged(payload: Buffer): void {
    const { core } = this;
    const tookMs = this.pings.answered(payload);
    if (tookMs !== undefined) core.credit.took(tookMs);
  }

  private finishDrain(force = false): void {
    const { core } = this;
    if (core.over || this.drained === 'yes' || (this.drained === 'no' && !force)) return;
    this.drained = 'yes';
    core.closing = true;
    core.goaway(core.lastRemoteId, noError);
    if (core.open() === 0) this.end(noError);
  }

  // The last stream may have been waited for.
  private settle(): void {
    if (this.drained === 'yes' && this.core.open() === 0) this.end(noError);
  }

  private fail(fault: Http2Fault): void {
    const { core } = this;
    if (core.over) return;
    core.finish();
    core.goaway(core.lastRemoteId, fault.code, fault.message);
    core.dropAll(errorCode.internalError, fault.message);
    core.owner.over(fault);
  }
}
