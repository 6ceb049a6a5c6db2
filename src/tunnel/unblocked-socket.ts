import { Duplex } from 'node:stream';
import { unsentBytesMax } from './limits.ts';

type Done = (error?: Error | null) => void;

/**
 * A socket whose writes end at once. Node's HTTP/2 stops reading while a write is under way; two of
 * its sessions that both fill their connection's buffers wait for each other for ever. With one of
 * these at one side, that side always reads. What waits here is bounded by the peer's windows; a
 * peer that lets more pile up loses the connection.
 */
export class UnblockedSocket extends Duplex {
  readonly #socket: Duplex;

  constructor(socket: Duplex) {
    super();
    this.#socket = socket;
    socket.on('data', (chunk) => {
      if (!this.push(chunk)) socket.pause();
    });
    socket.once('end', () => this.push(null));
    socket.once('close', () => this.destroy());
    socket.pause();
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#socket.write(chunk);
    done(this.#overflow());
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    this.#socket.cork();
    for (const { chunk } of chunks) this.#socket.write(chunk);
    this.#socket.uncork();
    done(this.#overflow());
  }

  override _final(done: Done): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#socket.destroy();
    done(error);
  }

  #overflow(): Error | null {
    return this.#socket.writableLength > unsentBytesMax
      ? new Error('The peer does not read what the tunnel sends.')
      : null;
  }
}
