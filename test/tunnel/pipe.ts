import { Duplex } from 'node:stream';
import type { Carrier } from '../../src/tunnel/carrier.ts';

type Done = () => void;

/** One end of a carrier in memory, whose bytes arrive in pieces of any size. */
class End extends Duplex {
  bytesRead = 0;
  bytesWritten = 0;
  other: End | undefined;
  readonly #pieceOf: () => number;

  constructor(pieceOf: () => number) {
    super();
    this.#pieceOf = pieceOf;
    this.on('error', () => {});
    this.once('close', () => this.other?.destroy());
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: Done): void {
    this.bytesWritten += chunk.length;
    let at = 0;
    const next = (): void => {
      const piece = Buffer.from(chunk.subarray(at, at + this.#pieceOf()));
      at += piece.length;
      const { other } = this;
      if (other === undefined || other.destroyed) {
        done();
        return;
      }
      other.bytesRead += piece.length;
      other.push(piece);
      if (at < chunk.length) setImmediate(next);
      else done();
    };
    next();
  }

  override _final(done: Done): void {
    this.other?.push(null);
    done();
  }
}

/** Both ends of a carrier; `pieceOf` says how many bytes come next. */
export const pipe = (pieceOf: () => number): readonly [Carrier, Carrier] => {
  const [near, far] = [new End(pieceOf), new End(pieceOf)];
  near.other = far;
  far.other = near;
  return [near, far];
};
