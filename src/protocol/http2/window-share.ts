/** Octets. */
export type ShareLimits = {
  /** In the windows of all streams, and the most in one. */
  readonly streams: number;
  readonly streamMax: number;
  /** In the windows of all connections, and the most in one. */
  readonly connections: number;
  readonly connectionMax: number;
  /** That came and are not released, before connections stop beyond their own part. */
  readonly unread: number;
  readonly unreadEach: number;
};

/**
 * What all sessions of a process may have on their way to them. Windows begin small. One that its peer
 * uses up within a round trip or two is too small for the way, and grows to an equal part of the
 * whole; one that is larger than that part shrinks while it is used. So memory is bounded by the
 * whole, and by how many streams and connections there are with the windows that they begin with.
 */
export class WindowShare {
  private readonly limits: ShareLimits;
  private streams = 0;
  private connections = 0;
  private unread = 0;

  constructor(limits: ShareLimits) {
    this.limits = limits;
  }

  /** The largest window of a stream now. */
  get ofStream(): number {
    const { streams, streamMax } = this.limits;
    return Math.min(streamMax, Math.floor(streams / Math.max(1, this.streams)));
  }

  /** The largest window of a connection now. */
  get ofConnection(): number {
    const { connections, connectionMax } = this.limits;
    return Math.min(connectionMax, Math.floor(connections / Math.max(1, this.connections)));
  }

  /** Octets that came to all sessions and are not released. */
  get total(): number {
    return this.unread;
  }

  /** The window behind one that is `isFast` used up; `least` is what it began with. */
  next(
    window: number,
    isFast: boolean,
    { least, most }: { readonly least: number; readonly most: number },
  ): number {
    if (window > most) return Math.max(least, most);
    return isFast ? Math.max(window, Math.min(window * 2, most)) : window;
  }

  /** Whether a session that has so many octets unreleased must wait, because there are too many. */
  isFull(own: number): boolean {
    return this.unread > this.limits.unread && own > this.limits.unreadEach;
  }

  /** A session. */
  join(): void {
    this.connections += 1;
  }

  /** A session is over. */
  part(): void {
    this.connections -= 1;
  }

  /** A stream. */
  enter(): void {
    this.streams += 1;
  }

  /** A stream is closed, of which so many octets were not released. */
  leave(octets: number): void {
    this.streams -= 1;
    this.unread -= octets;
  }

  /** So many octets came, or fewer than none were released. */
  took(octets: number): void {
    this.unread += octets;
  }
}
