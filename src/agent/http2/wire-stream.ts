import { Duplex } from 'node:stream';
import type { Wire } from '../wire.ts';

/** How long one side's end may go unseen by the other. */
const lingerMilliseconds = 2_000;

type Done = (error?: Error | null) => void;

/** A connection and what has been read from it so far. */
export type Begun = { readonly wire: Wire; readonly seen: Buffer };

export type WireStreamOwner = {
  /** The other side's last byte was read. */
  readonly end: () => void;
  /** Comes exactly once, last. */
  readonly closed: () => void;
};

/**
 * A wire as the stream that Node's HTTP/2 reads and writes. It gets no socket of ours to read by
 * itself: on one that reads into memory of ours, Node ends the whole process with a native assertion.
 */
export class WireStream extends Duplex {
  readonly #wire: Wire;
  #writing: Done | undefined;

  constructor({ wire, seen }: Begun, { end, closed }: WireStreamOwner) {
    super();
    this.#wire = wire;
    if (seen.length > 0) this.push(seen);
    wire.handler = {
      // A copy, because the bytes of a read may be overwritten by the next one.
      bytes: (bytes) => {
        if (!this.push(Buffer.from(bytes))) wire.pause();
      },
      end: () => {
        this.push(null);
        // A session that has given up on its peer reads no more, not even the end.
        this.#destroySoon('end');
      },
      drain: () => this.#written(),
      closed: () => {
        closed();
        this.destroy();
      },
    };
    this.once('end', end);
    wire.resume();
  }

  override _read(): void {
    this.#wire.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#await(this.#wire.write(chunk), done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    const { stream } = this.#wire;
    stream.cork();
    let room = true;
    for (const { chunk } of chunks) room = this.#wire.write(chunk);
    stream.uncork();
    this.#await(room, done);
  }

  override _final(done: Done): void {
    this.#wire.end();
    this.#destroySoon('close');
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#written();
    if (error !== null) this.#wire.abort();
    else if (!this.#wire.stream.destroyed) this.#wire.stream.destroy();
    done(error);
  }

  #destroySoon(unless: 'end' | 'close'): void {
    const timer = setTimeout(() => this.destroy(), lingerMilliseconds);
    for (const over of [unless, 'close']) this.once(over, () => clearTimeout(timer));
  }

  #await(room: boolean, done: Done): void {
    if (room) done();
    else this.#writing = done;
  }

  #written(): void {
    const done = this.#writing;
    this.#writing = undefined;
    done?.();
  }
}
