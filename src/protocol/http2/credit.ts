import { errorCode, frameType, initialWindowBytes } from './constants.ts';
import { Http2Fault } from './fault.ts';
import type { FrameWriter } from './frame-writer.ts';
import type { Http2Stream } from './stream.ts';
import type { WindowShare } from './window-share.ts';

/** What the credit of a session needs to know of it. */
export type CreditOwner = {
  readonly limits: {
    readonly streamWindow: number;
    readonly connectionWindow: number;
    readonly share?: WindowShare;
  };
  readonly writer: FrameWriter;
  readonly over: boolean;
  readonly wake: () => void;
};

/** Milliseconds that a busy process adds to the shortest of ways. */
const roundTripMsMin = 1;
/** Octets of data that may wait in all streams before the connection's window stays shut. */
const unreleasedBytesMax: number = 16 * 1024 * 1024;

/** What a peer may send: the windows that we keep for it (RFC 9113 5.2, 6.9). */
export class Credit {
  /** The shortest way to the peer and back; undefined while it is not known, and windows stay. */
  private roundTripMs: number | undefined;
  private readonly owner: CreditOwner;
  /** Octets that the peer may send now on the connection. */
  private receiveWindow: number = initialWindowBytes;
  /** Octets that came on the connection and that the peer was not told of. */
  private owed = 0;
  private unreleased = 0;
  /** Octets that may be on their way on the connection at present. */
  private window: number;
  /** When the peer was last told of more, by `performance.now()`. */
  private grantedAt = 0;

  constructor(owner: CreditOwner) {
    this.owner = owner;
    this.window = owner.limits.connectionWindow;
  }

  /** Data came: counts it against both windows. False when the stream's is exceeded. */
  received(stream: Http2Stream | undefined, octets: number): boolean {
    this.receiveWindow -= octets;
    if (this.receiveWindow < 0) {
      throw new Http2Fault(errorCode.flowControlError, 'more data than the window allows');
    }
    this.owed += octets;
    if (stream !== undefined) {
      stream.receiveWindow -= octets;
      stream.unreleased += octets;
      this.unreleased += octets;
      this.owner.limits.share?.took(octets);
    }
    this.giveBack();
    return stream === undefined || stream.receiveWindow >= 0;
  }

  /** Data is dealt with. */
  released(stream: Http2Stream, octets: number): void {
    const count = Math.min(octets, stream.unreleased);
    stream.unreleased -= count;
    this.unreleased -= count;
    this.owner.limits.share?.took(-count);
    this.giveBack();
    if (stream.remoteEnded) return;
    stream.credit += count;
    if (stream.credit * 2 >= stream.window) this.grant(stream);
  }

  /** The stream is closed: nobody will release what came on it. */
  forget(stream: Http2Stream): void {
    this.owner.limits.share?.leave(stream.unreleased);
    this.unreleased -= stream.unreleased;
    stream.unreleased = 0;
  }

  /** Lets the peer send on, unless too much waits here. */
  giveBack(): void {
    const { limits, over } = this.owner;
    if (over || this.owed * 2 < this.window) return;
    const { share, connectionWindow } = limits;
    if (share === undefined) {
      if (this.unreleased <= unreleasedBytesMax) this.add(0);
      return;
    }
    if (share.isFull(this.unreleased)) return;
    const now = performance.now();
    const window = share.next(this.window, this.isFast(this.grantedAt, now), {
      least: connectionWindow,
      most: share.ofConnection,
    });
    const more = window - this.window;
    if (this.owed + more <= 0) return;
    this.grantedAt = now;
    this.window = window;
    this.add(more);
  }

  /** A round trip was measured. The shortest counts: a longer one tells of queues, not of the way. */
  took(milliseconds: number): void {
    const shortest = Math.min(milliseconds, this.roundTripMs ?? milliseconds);
    this.roundTripMs = Math.max(shortest, roundTripMsMin);
    this.giveBack();
  }

  /** Tells the peer of what is owed, and of more. */
  add(more: number): void {
    const octets = this.owed + more;
    this.owed = 0;
    if (octets === 0) return;
    this.receiveWindow += octets;
    this.owner.writer.numbers(frameType.windowUpdate, 0, octets);
    this.owner.wake();
  }

  private grant(stream: Http2Stream): void {
    const { share, streamWindow } = this.owner.limits;
    let { window } = stream;
    if (share !== undefined) {
      const now = performance.now();
      window = share.next(window, this.isFast(stream.grantedAt, now), {
        least: streamWindow,
        most: share.ofStream,
      });
      stream.grantedAt = now;
    }
    const octets = stream.credit + window - stream.window;
    if (octets <= 0) return;
    stream.window = window;
    this.owner.writer.numbers(frameType.windowUpdate, stream.id, octets);
    stream.receiveWindow += octets;
    stream.credit = 0;
    this.owner.wake();
  }

  // Half a window in less than two round trips: the peer has probably waited for us.
  private isFast(since: number, now: number): boolean {
    return this.roundTripMs !== undefined && now - since < 2 * this.roundTripMs;
  }
}
