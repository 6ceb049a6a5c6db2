import { BlockedStreams } from './blocked-streams.ts';
import { ClosedStreams } from './closed-streams.ts';
import {
  errorCode,
  frameBytesMax,
  frameType,
  initialWindowBytes,
  streamIdMax,
} from './constants.ts';
import { Credit } from './credit.ts';
import { Http2Fault } from './fault.ts';
import { dataBytesMax, FrameWriter } from './frame-writer.ts';
import { FieldDecoder } from './hpack/decoder.ts';
import { FieldEncoder } from './hpack/encoder.ts';
import type { Field } from './hpack/field.ts';
import { type Settings, writeSettings } from './settings.ts';
import { Http2Stream, type StreamOwner } from './stream.ts';
import type { WindowShare } from './window-share.ts';

/** What one side of a connection keeps to. All of it is announced to the peer, or bounds it. */
export type Limits = {
  /** Octets of data that may wait in one stream: 65,535 or more, which a peer begins with. */
  readonly streamWindow: number;
  /** Octets of data that may be on their way on the connection. */
  readonly connectionWindow: number;
  /** Streams of the peer's at once; also how many of ours may wait for the peer's permission. */
  readonly streams: number;
  /** Of one field section, as RFC 9113 6.5.2 counts them, and how many fields. */
  readonly fieldBytes: number;
  readonly fields: number;
  /** Octets of one frame that the peer may send, where that is more than 16 KiB. */
  readonly frameBytes?: number;
  /** With it windows begin as above, and grow to a part of what all connections share. */
  readonly share?: WindowShare;
  /** Streams of the peer's that come to nothing, at once and then a second: 1,000 and 100. */
  readonly futileMax?: number;
  readonly futilePerSecond?: number;
  /** PING and SETTINGS of the peer's, at once and a second; without it only answers are counted. */
  readonly controlPerSecond?: number;
};

/** Whoever has the session: bytes go out through it, and it learns what happens. */
export type SessionOwner = {
  /** There is output: call `flush` before long. */
  readonly wake: () => void;
  /** A request, of a server's session. */
  readonly request: (stream: Http2Stream, fields: readonly Field[], endStream: boolean) => void;
  /** A request whose fields exceed the limits; nothing of them is known. */
  readonly oversized: (stream: Http2Stream) => void;
  /** The peer has announced settings, for the first time or others. */
  readonly settings: (settings: Settings) => void;
  /** The peer wants no more streams on this connection. */
  readonly goaway: () => void;
  readonly streamClosed: () => void;
  /** Nothing more will come or go but the output that waits. */
  readonly over: (fault: Http2Fault | undefined) => void;
};

export type Role = 'client' | 'server';

const tableBytesMax = 4096;
/** Octets of output that may wait for a peer that does not read. */
const outputBytesMax: number = 8 * 1024 * 1024;
/** Octets of output that data may make at once: what comes behind waits with its stream, in turns. */
const outputRoomBytes: number = 256 * 1024;

/** The state of one connection: its streams, windows and output (RFC 9113 5). */
export class Core implements StreamOwner {
  readonly role: Role;
  limits: Limits;
  readonly owner: SessionOwner;
  readonly writer: FrameWriter = new FrameWriter();
  readonly decoder: FieldDecoder = new FieldDecoder(tableBytesMax);
  readonly encoder: FieldEncoder = new FieldEncoder();
  readonly streams: Map<number, Http2Stream> = new Map();
  readonly recently: ClosedStreams = new ClosedStreams();
  /** What the peer has announced, over what holds without a word. */
  remote: Settings = { initialWindowSize: initialWindowBytes };
  /** What a peer may have learnt that extended CONNECT is allowed. */
  connects = false;
  sendWindow: number = initialWindowBytes;
  /** Octets of data for one frame. */
  frameBytes: number = frameBytesMax;
  /** The connection takes output. */
  room = true;
  over = false;
  /** No stream of ours is begun any more. */
  closing = false;
  /** The highest identifier of the peer's streams. */
  lastRemoteId = 0;
  private nextId = 1;
  readonly credit: Credit;
  /** What was announced and not acknowledged yet, oldest first. */
  readonly announced: Settings[] = [];
  private readonly waiting: Http2Stream[] = [];
  private readonly blocked = new BlockedStreams();

  constructor(role: Role, limits: Limits, owner: SessionOwner) {
    this.role = role;
    this.limits = limits;
    this.owner = owner;
    this.credit = new Credit(this);
    limits.share?.join();
  }

  /** Whether data may make more output now. */
  get writable(): boolean {
    return this.room && this.writer.waiting < outputRoomBytes;
  }

  readonly encode = (fields: readonly Field[]): Buffer => this.encoder.encode(fields);

  readonly wake = (): void => this.owner.wake();

  readonly released = (stream: Http2Stream, octets: number): void =>
    this.credit.released(stream, octets);

  readonly block = (stream: Http2Stream): void => this.blocked.add(stream);

  /** Our own settings, and the connection's window beyond the one that everybody begins with. */
  start(): void {
    const { streamWindow, connectionWindow, streams, fieldBytes, frameBytes } = this.limits;
    const own: Settings = {
      ...(this.role === 'client' ? { enablePush: 0 } : { maxConcurrentStreams: streams }),
      ...(streamWindow === initialWindowBytes ? {} : { initialWindowSize: streamWindow }),
      ...(frameBytes === undefined ? {} : { maxFrameSize: frameBytes }),
      maxHeaderListSize: fieldBytes,
    };
    this.announce(own);
    this.credit.add(connectionWindow - initialWindowBytes);
  }

  announce(settings: Settings): void {
    this.announced.push(settings);
    this.writer.frame(frameType.settings, 0, 0, writeSettings(settings));
    this.wake();
  }

  /** The peer keeps to the oldest settings of ours that it had not acknowledged. */
  acknowledged(): void {
    const { maxConcurrentStreams: streams } = this.announced.shift() ?? {};
    if (streams !== undefined) this.limits = { ...this.limits, streams };
  }

  /** A stream of the peer's. */
  accept(id: number): Http2Stream {
    const stream = this.newStream(id);
    this.streams.set(id, stream);
    return stream;
  }

  /** A stream of ours; it waits while the peer allows no more. Undefined: none can be had. */
  openStream(): Http2Stream | undefined {
    if (this.closing || this.over || this.nextId > streamIdMax) return undefined;
    if (this.waiting.length >= this.limits.streams) return undefined;
    const stream = this.newStream(0);
    if (this.hasRoom()) this.begin(stream);
    else this.waiting.push(stream);
    return stream;
  }

  /** Streams that are open or wait to be. */
  open(): number {
    return this.streams.size + this.waiting.length;
  }

  /** Whether a stream with that identifier was never opened (RFC 9113 5.1, "idle"). */
  isIdle(id: number): boolean {
    if (id % 2 === 0) return true;
    return this.role === 'server' ? id > this.lastRemoteId : id >= this.nextId;
  }

  /** Refuses a stream of the peer's that was not accepted. */
  refuse(id: number, code: number): void {
    this.recently.add(id, true);
    this.writer.numbers(frameType.resetStream, id, code);
    this.wake();
  }

  goaway(lastId: number, code: number, reason = ''): void {
    const payload = Buffer.alloc(8 + reason.length);
    payload.writeUInt32BE(lastId, 0);
    payload.writeUInt32BE(code, 4);
    payload.write(reason, 8, 'latin1');
    this.writer.frame(frameType.goaway, 0, 0, payload);
    this.wake();
  }

  readonly closed = (stream: Http2Stream, resetByUs: boolean): void => {
    this.blocked.delete(stream);
    this.credit.forget(stream);
    if (stream.id === 0) this.waiting.splice(this.waiting.indexOf(stream), 1);
    else {
      this.streams.delete(stream.id);
      this.recently.add(stream.id, resetByUs && !stream.remoteEnded);
    }
    this.beginWaiting();
    this.credit.giveBack();
    this.owner.streamClosed();
  };

  /** The peer's settings have changed. */
  apply(settings: Settings): void {
    const before = this.remote.initialWindowSize ?? initialWindowBytes;
    this.remote = { ...this.remote, ...settings };
    const { headerTableSize, initialWindowSize, maxFrameSize } = settings;
    if (maxFrameSize !== undefined && this.limits.frameBytes !== undefined) {
      this.frameBytes = Math.min(maxFrameSize, dataBytesMax);
    }
    if (headerTableSize !== undefined) this.encoder.setTableBytesMax(headerTableSize);
    if (initialWindowSize !== undefined) {
      for (const stream of this.streams.values()) {
        this.widen(stream, initialWindowSize - before);
        if (stream.waits) this.block(stream);
      }
    }
    this.beginWaiting();
    this.pump();
  }

  /** Adds to a stream's window; throws when it grows beyond what RFC 9113 6.9.1 allows. */
  widen(stream: Http2Stream, octets: number): void {
    stream.sendWindow += octets;
    if (stream.sendWindow > streamIdMax) {
      throw new Http2Fault(errorCode.flowControlError, 'a window beyond 2^31-1');
    }
  }

  /** Sends what was held up of one stream. */
  pumpStream(stream: Http2Stream): void {
    if (stream.waits) this.block(stream);
    this.pump();
  }

  /** Sends what was held up, a frame of each stream by turns. */
  pump(): void {
    const goesOn = (): boolean => this.writable;
    while (this.writable && this.sendWindow > 0 && this.blocked.round(goesOn));
    // What ends without data needs no window.
    if (this.sendWindow <= 0) this.blocked.round(goesOn);
  }

  /** Throws when too much output waits for a peer that does not read. */
  assertOutput(): void {
    if (this.room || this.writer.waiting <= outputBytesMax) return;
    throw new Http2Fault(errorCode.enhanceYourCalm, 'the peer does not read');
  }

  /** Our streams beyond `lastId` were not looked at (RFC 9113 6.8). */
  refuseBeyond(lastId: number): void {
    this.closing = true;
    const refused = [...this.streams.values()].filter(({ id }) => id > lastId);
    // What waits goes first, so that nothing of it takes the place of another.
    for (const stream of [...this.waiting, ...refused]) this.drop(stream, errorCode.refusedStream);
  }

  /** Ends all streams without a word to the peer. */
  dropAll(code: number, reason?: string): void {
    this.closing = true;
    const all = [...this.streams.values(), ...this.waiting];
    for (const stream of all) this.drop(stream, code, reason);
  }

  private drop(stream: Http2Stream, code: number, reason?: string): void {
    stream.close(false);
    stream.events.reset(code, reason);
  }

  private newStream(id: number): Http2Stream {
    this.limits.share?.enter();
    const sendWindow = this.remote.initialWindowSize ?? initialWindowBytes;
    return new Http2Stream(this, id, sendWindow, this.limits.streamWindow);
  }

  private hasRoom(): boolean {
    return this.streams.size < (this.remote.maxConcurrentStreams ?? Number.POSITIVE_INFINITY);
  }

  private begin(stream: Http2Stream): void {
    const id = this.nextId;
    this.nextId += 2;
    this.streams.set(id, stream);
    stream.begin(id, this.remote.initialWindowSize ?? initialWindowBytes);
  }

  private beginWaiting(): void {
    while (this.waiting.length > 0 && this.hasRoom() && !this.over) {
      const stream = this.waiting.shift() as Http2Stream;
      this.begin(stream);
      this.pumpStream(stream);
    }
  }

  /** The session is over, and what it had of the share is free. */
  finish(): void {
    if (this.over) return;
    this.over = true;
    this.limits.share?.part();
  }
}
