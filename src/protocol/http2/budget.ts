/** So many at once, and so many a second from then on. */
export class Budget {
  private readonly most: number;
  private readonly perSecond: number;
  private left: number;
  private since: number;

  constructor(most: number, perSecond: number) {
    this.most = most;
    this.perSecond = perSecond;
    this.left = most;
    this.since = performance.now();
  }

  /** Takes one; false when there is none left. */
  take(): boolean {
    if (this.left < 1) this.refill();
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }

  private refill(): void {
    const now = performance.now();
    const more = ((now - this.since) / 1000) * this.perSecond;
    this.left = Math.min(this.most, this.left + more);
    this.since = now;
  }
}
