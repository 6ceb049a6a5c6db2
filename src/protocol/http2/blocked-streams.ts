import type { Http2Stream } from './stream.ts';

/** Octets of one turn while others wait as well; who has no more than that goes before the others. */
const turnBytes: number = 16 * 1024;

/**
 * The streams of a connection that have something to send and only wait for their turn. One whose own
 * window is shut is not among them: there may be thousands.
 */
export class BlockedStreams {
  private readonly small = new Set<Http2Stream>();
  private readonly large = new Set<Http2Stream>();

  get size(): number {
    return this.small.size + this.large.size;
  }

  add(stream: Http2Stream): void {
    const isSmall = stream.queued <= turnBytes;
    (isSmall ? this.large : this.small).delete(stream);
    (isSmall ? this.small : this.large).add(stream);
  }

  delete(stream: Http2Stream): void {
    if (!this.small.delete(stream)) this.large.delete(stream);
  }

  /** Sends a part of each stream, while `goesOn`; false when none of them can send another. */
  round(goesOn: () => boolean): boolean {
    let progress = false;
    for (const streams of [this.small, this.large]) {
      for (const stream of [...streams]) {
        if (!goesOn()) return false;
        if (this.turn(stream)) progress = true;
      }
    }
    return progress;
  }

  // Whether it has more, and may send it.
  private turn(stream: Http2Stream): boolean {
    const more = stream.pump(this.size > 1 ? turnBytes : Number.POSITIVE_INFINITY);
    if (more || !stream.waits || stream.isShut) this.delete(stream);
    // Behind the others, so that the next window is theirs.
    if (more) this.add(stream);
    return more;
  }
}
