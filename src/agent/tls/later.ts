import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

type Done = (error?: Error | null) => void;

/** A stream whose other end is known later; what is written until then waits. */
export class Later extends Duplex {
  #inner: Duplex | undefined;
  #waiting: ((inner: Duplex) => void) | undefined;

  /** Something was written and waits. */
  get isWanted(): boolean {
    return this.#waiting !== undefined;
  }

  /** From now on this is that stream. */
  attach(inner: Duplex): void {
    if (this.destroyed) {
      inner.destroy();
      return;
    }
    this.#inner = inner;
    inner.on('data', (bytes: Buffer) => {
      if (!this.push(bytes)) inner.pause();
    });
    inner.on('end', () => this.push(null));
    inner.on('error', (error) => this.destroy(error));
    inner.on('close', () => {
      if (!inner.readableEnded) this.destroy(new Error('The connection broke.'));
    });
    this.#waiting?.(inner);
    this.#waiting = undefined;
  }

  override _read(): void {
    this.#inner?.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#now((inner) => void inner.write(chunk, done));
  }

  override _final(done: Done): void {
    this.#now((inner) => {
      inner.end();
      done();
    });
  }

  override _destroy(error: Error | null, done: Done): void {
    const inner = this.#inner as (Duplex & Partial<Pick<TLSSocket, 'resetAndDestroy'>>) | undefined;
    const over = this.readableEnded && this.writableFinished;
    if (over || inner?.resetAndDestroy === undefined) inner?.destroy();
    else inner.resetAndDestroy();
    done(error);
  }

  #now(act: (inner: Duplex) => void): void {
    if (this.#inner === undefined) this.#waiting = act;
    else act(this.#inner);
  }
}
