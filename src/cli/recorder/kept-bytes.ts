import { bodyBytesMax } from './limits.ts';

const nothing = Buffer.alloc(0);

/** The first bytes of a body, in copies: what they were read from may be used again. */
export class KeptBytes {
  totalBytes = 0;
  #chunks: Buffer[] = [];
  #kept = 0;

  /** Takes `bytes` from `start` to `end`; returns how many were kept. */
  take(bytes: Buffer, start: number, end: number): number {
    this.totalBytes += end - start;
    const taken = Math.min(end - start, bodyBytesMax - this.#kept);
    if (taken <= 0) return 0;
    this.#chunks.push(Buffer.from(bytes.subarray(start, start + taken)));
    this.#kept += taken;
    return taken;
  }

  forget(): void {
    this.#chunks = [];
    this.#kept = 0;
  }

  get bytes(): Buffer {
    if (this.#chunks.length === 0) return nothing;
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? nothing;
  }

  get truncated(): boolean {
    return this.#kept < this.totalBytes;
  }
}
