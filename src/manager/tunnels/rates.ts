export type RateLimits = {
  readonly perSecond: number;
  /** What may come at once after a rest. */
  readonly burst: number;
  /** Keys that are remembered; beyond it the one that was seen first is forgotten. */
  readonly keysMax: number;
};

type Bucket = { left: number; at: number };

/** How often something may happen for each key: a bucket that fills up again with time. */
export class Rates {
  readonly #limits: RateLimits;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: RateLimits) {
    this.#limits = limits;
  }

  /** Whether it may happen now (in milliseconds of any clock that never goes back). */
  take(key: string, now: number): boolean {
    const { perSecond, burst } = this.#limits;
    const bucket = this.#buckets.get(key) ?? this.#add(key, now);
    bucket.left = Math.min(burst, bucket.left + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    if (bucket.left < 1) return false;
    bucket.left -= 1;
    return true;
  }

  #add(key: string, now: number): Bucket {
    if (this.#buckets.size >= this.#limits.keysMax) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    const bucket = { left: this.#limits.burst, at: now };
    this.#buckets.set(key, bucket);
    return bucket;
  }
}
