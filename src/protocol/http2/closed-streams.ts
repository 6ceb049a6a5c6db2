const rememberedMax = 4096;

/**
 * The streams of a connection that were closed lately, so that what comes late for one that we
 * reset is told from a peer that breaks the rules (RFC 9113 5.1, "closed").
 */
export class ClosedStreams {
  // Allocated with the first stream, because most connections of a test of health have few.
  private ring: Int32Array | undefined;
  private next = 0;

  add(id: number, resetByUs: boolean): void {
    this.ring ??= new Int32Array(rememberedMax);
    this.ring[this.next] = resetByUs ? -id : id;
    this.next = (this.next + 1) % rememberedMax;
  }

  /** Undefined when it was never open, or so long ago that nobody remembers. */
  find(id: number): 'finished' | 'reset' | undefined {
    if (this.ring?.includes(-id) === true) return 'reset';
    return this.ring?.includes(id) === true ? 'finished' : undefined;
  }
}
