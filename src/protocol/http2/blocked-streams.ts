import type { Http2Stream } from './stream.ts';

/**
 * The streams of a connection that have something to send and only wait for their turn. One whose own
 * window is shut is not among them: there may be thousands.
 */
export class BlockedStreams {
  private readonly streams = new Set<Http2Stream>();

  get size(): number {
    return this.streams.size;
  }

  add(stream: Http2Stream): void {
    this.streams.add(stream);
  }

  delete(stream: Http2Stream): void {
    this.streams.delete(stream);
  }

  /** Sends what can be sent of one stream. */
  pump(stream: Http2Stream): void {
    if (!stream.waits) return;
    this.streams.add(stream);
    while (stream.pump());
    if (!stream.waits || stream.isShut) this.streams.delete(stream);
  }

  /** Sends a frame of each stream, while `goesOn`; false when none of them can send another. */
  round(goesOn: () => boolean): boolean {
    let progress = false;
    for (const stream of [...this.streams]) {
      if (!goesOn()) return false;
      const more = stream.pump();
      if (more) progress = true;
      if (more || !stream.waits || stream.isShut) this.streams.delete(stream);
      // Behind the others, so that the next window is theirs.
      if (more) this.streams.add(stream);
    }
    return progress;
  }
}
