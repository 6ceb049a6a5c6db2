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
  #corked = false;
  #pieces: Buffer[] = [];

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

  override cork(): void {
    this.#corked = true;
  }

  override uncork(): void {
    this.#corked = false;
    this.#flush();
  }

  /** Node's HTTP/2 writes a frame in pieces: they are joined here, past the queue of a stream. */
  override write(chunk: Buffer, encoding?: BufferEncoding | Done, done?: Done): boolean {
    const tell = typeof encoding === 'function' ? encoding : done;
    if (this.destroyed || this.writableEnded) {
      tell?.(new Error('The tunnel is closed.'));
      return false;
    }
    this.#pieces.push(chunk);
    if (!this.#corked) this.#flush();
    tell?.();
    return true;
  }

  override _final(done: Done): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#socket.destroy();
    done(error);
  }

  #flush(): void {
    const pieces = this.#pieces;
    if (pieces.length === 0) return;
    this.#pieces = [];
    this.#socket.cork();
    for (const piece of joined(pieces)) this.#socket.write(piece);
    this.#socket.uncork();
    if (this.#socket.writableLength <= unsentBytesMax) return;
    this.destroy(new Error('The peer does not read what the tunnel sends.'));
  }
}

/** Pieces up to this many bytes are copied into one; a system call for each costs more. */
const smallBytesMax = 4 * 1024;

const joined = (pieces: readonly Buffer[]): readonly Buffer[] => {
  const whole: Buffer[] = [];
  let from = 0;
  for (let at = 0; at <= pieces.length; at++) {
    const piece = pieces[at];
    if (piece !== undefined && piece.length <= smallBytesMax) continue;
    if (at > from)
      whole.push(
        at === from + 1 ? (pieces[from] as Buffer) : Buffer.concat(pieces.slice(from, at)),
      );
    if (piece !== undefined) whole.push(piece);
    from = at + 1;
  }
  return whole;
};
