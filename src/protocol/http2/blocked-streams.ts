import type { Http2Stream } from './stream.ts';

/** The streams of a connection that have something that could not be sent yet, in their order. */
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
    if (!this.streams.has(stream)) return;
    while (stream.pump());
    if (!stream.waits) this.streams.delete(stream);
  }

  /** Sends a frame of each stream; false when none of them can send another. */
  round(): boolean {
    let progress = false;
    for (const stream of [...this.streams]) {
      const more = stream.pump();
      if (more) progress = true;
      if (more || !stream.waits) this.streams.delete(stream);
      // Behind the others, so that the next window is theirs.
      if (more) this.streams.add(stream);
    }
    return progress;
  }
}
