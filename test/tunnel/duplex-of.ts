import { Duplex } from 'node:stream';
import { errorCode } from '../../src/protocol/http2/constants.ts';
import type { TunnelStream } from '../../src/tunnel/stream.ts';

type Done = (error?: Error | null) => void;

/** A stream of a tunnel as one of Node's, with what its HTTP/2 streams have besides. */
export class TunnelDuplex extends Duplex {
  readonly #stream: TunnelStream;
  #writing: Done | undefined;

  constructor(stream: TunnelStream) {
    super({ autoDestroy: false });
    this.#stream = stream;
    this.on('error', () => {}); // Told by close and rstCode.
    stream.handler = {
      bytes: (bytes) => {
        if (!this.push(Buffer.from(bytes))) stream.pause();
      },
      end: () => void this.push(null),
      drain: () => this.#written(),
      closed: (clean) => {
        this.#written();
        if (stream.code !== errorCode.noError) this.destroy(new Error(`code ${stream.code}`));
        else if (!clean || !stream.isWhole || this.readableEnded) this.destroy();
        else this.once('end', () => this.destroy());
      },
    };
    stream.resume();
  }

  get rstCode(): number {
    return this.#stream.code;
  }

  close(code: number): void {
    this.#stream.reset(code);
  }

  override _read(): void {
    this.#stream.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    if (this.#stream.write(chunk)) done();
    else this.#writing = done;
  }

  override _final(done: Done): void {
    this.#stream.end();
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#written();
    if (!this.readableEnded || !this.writableFinished) this.#stream.abort();
    done(error);
  }

  #written(): void {
    const done = this.#writing;
    this.#writing = undefined;
    done?.();
  }
}

const known = new WeakMap<TunnelStream, TunnelDuplex>();

/** Always the same for one stream; it has the stream's handler from then on. */
export const duplexOf = (stream: TunnelStream): TunnelDuplex => {
  const before = known.get(stream);
  if (before !== undefined) return before;
  const duplex = new TunnelDuplex(stream);
  known.set(stream, duplex);
  return duplex;
};
