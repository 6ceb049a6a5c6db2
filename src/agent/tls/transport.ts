import { Duplex } from 'node:stream';
import type { Wire } from '../../base/wire/wire.ts';
import { bufferBytes } from './limits.ts';

type Done = (error?: Error | null) => void;

/** A connection and what has been read from it so far. */
export type Begun = { readonly wire: Wire; readonly seen: Buffer };

/** A wire as the stream that Node's TLS reads encrypted bytes from and writes them to. */
export class Transport extends Duplex {
  readonly #wire: Wire;
  #writing: Done | undefined;
  #ended = false;
  /** Everything was read up to the other side's end. */
  isRead = false;

  constructor({ wire, seen }: Begun) {
    super({ highWaterMark: bufferBytes });
    this.#wire = wire;
    this.once('end', () => {
      this.isRead = true;
    });
    this.on('error', () => {}); // Told by TLS, which listens too while it is there.
    if (seen.length > 0) this.push(Buffer.from(seen));
    wire.handler = {
      // A copy, because the bytes of a read may be overwritten by the next one.
      bytes: (bytes) => {
        if (!this.push(Buffer.from(bytes))) wire.pause();
      },
      end: () => {
        this.#ended = true;
        this.push(null);
      },
      drain: () => this.#written(),
      closed: (clean) => this.#closed(clean),
    };
    wire.resume();
  }

  /** Ends at once in a way that the other side can't mistake for a proper end. */
  abort(): void {
    this.#wire.abort();
    this.destroy();
  }

  override _read(): void {
    this.#wire.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#await(this.#wire.write(chunk), done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    this.#await(this.#wire.write(Buffer.concat(chunks.map(({ chunk }) => chunk))), done);
  }

  override _final(done: Done): void {
    this.#wire.end();
    done();
  }

  // TLS destroys its transport also at a proper end: what was written must still go out.
  override _destroy(error: Error | null, done: Done): void {
    this.#written();
    if (error !== null) this.#wire.abort();
    else if (this.#ended) this.#endQuietly();
    else if (!this.#wire.isClosed) this.#wire.discard();
    done(error);
  }

  #endQuietly(): void {
    this.#wire.handler = { bytes: () => {}, end: () => {}, drain: () => {}, closed: () => {} };
    this.#wire.end();
  }

  #closed(clean: boolean): void {
    this.#written();
    if (clean && this.#ended) return;
    this.destroy(new Error('The connection broke.'));
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
