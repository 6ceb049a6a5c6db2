type Ping = { readonly since: number; readonly answered: (milliseconds: number) => void };

/** PINGs that may wait for their answers; of more the oldest is forgotten. */
const waitingMax = 16;

/** PINGs of ours that the peer has not answered (RFC 9113 6.7). */
export class Pings {
  private readonly waiting = new Map<number, Ping>();
  private last = 0;

  /** The payload of one more. */
  next(answered: (milliseconds: number) => void): Buffer {
    this.last = (this.last + 1) % 0x1_0000_0000;
    const [oldest] = this.waiting.keys();
    if (oldest !== undefined && this.waiting.size >= waitingMax) this.waiting.delete(oldest);
    this.waiting.set(this.last, { since: performance.now(), answered });
    const payload = Buffer.from('bywa\0\0\0\0', 'latin1');
    payload.writeUInt32BE(this.last, 4);
    return payload;
  }

  /** Tells who waits for it; the milliseconds that it took, or undefined when nobody waits. */
  answered(payload: Buffer): number | undefined {
    const id = payload.readUInt32BE(4);
    const ping = this.waiting.get(id);
    if (ping === undefined || payload.toString('latin1', 0, 4) !== 'bywa') return undefined;
    this.waiting.delete(id);
    const milliseconds = performance.now() - ping.since;
    ping.answered(milliseconds);
    return milliseconds;
  }
}
