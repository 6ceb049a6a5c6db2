import type { Http2Session, Http2Stream } from 'node:http2';
import {
  strainedMsMin,
  strainedWindowBytes,
  streamWindowBytes,
  unreadBytesMax,
  unreadBytesWell,
  unreadLookMs,
} from './limits.ts';

type Reading = { readonly readableLength: number };

/**
 * What peers have sent and nobody has read yet, in all tunnels of this process. Each stream's window
 * lets one megabytes pile up, which is right for one slow reader and too much for a thousand: above a
 * limit, all windows become small until it is read. A stream that is being read is only slower by
 * that.
 */
export class UnreadBytes {
  private readonly tunnels = new Set<Http2Session>();
  private readonly streams = new Set<Reading>();
  private timer: NodeJS.Timeout | undefined;
  /** `performance.now()` of the moment when windows became small, while they are. */
  private strainedSince: number | undefined;

  /** Whether windows are small at present. */
  get isStrained(): boolean {
    return this.strainedSince !== undefined;
  }

  /** Bytes that wait to be read. */
  get total(): number {
    let bytes = 0;
    for (const stream of this.streams) bytes += stream.readableLength;
    return bytes;
  }

  /** Watches a tunnel until it closes; the result takes its streams in. */
  watch(session: Http2Session): (stream: Http2Stream) => void {
    this.tunnels.add(session);
    session.once('close', () => this.tunnels.delete(session));
    if (this.isStrained) narrow(session, strainedWindowBytes);
    return (stream) => {
      this.streams.add(stream);
      stream.once('close', () => this.streams.delete(stream));
      this.timer ??= setInterval(() => this.look(), unreadLookMs).unref();
    };
  }

  /** Looks at what waits now; a timer does so while there are streams. */
  look(now: number = performance.now()): void {
    const { total } = this;
    if (this.strainedSince === undefined) {
      if (total > unreadBytesMax) this.narrowAll(now, strainedWindowBytes);
    } else if (total < unreadBytesWell && now - this.strainedSince >= strainedMsMin) {
      this.narrowAll(undefined, streamWindowBytes);
    }
    if (this.streams.size > 0 || this.isStrained) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private narrowAll(since: number | undefined, bytes: number): void {
    this.strainedSince = since;
    for (const session of this.tunnels) narrow(session, bytes);
  }
}

const narrow = (session: Http2Session, bytes: number): void => {
  if (!session.destroyed && !session.closed) session.settings({ initialWindowSize: bytes });
};

/** Of this process. */
export const unreadBytes: UnreadBytes = new UnreadBytes();
