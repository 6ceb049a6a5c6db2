import { Duplex } from 'node:stream';

class End extends Duplex {
  other: End | undefined;
  private written: (() => void) | undefined;

  override _read(): void {
    const { written } = this;
    this.written = undefined;
    written?.();
  }

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    const { other } = this;
    if (other === undefined || other.destroyed) done();
    else if (bytes.length === 0) process.nextTick(done);
    else {
      other.push(bytes);
      other.written = done;
    }
  }

  override _final(done: () => void): void {
    this.other?.push(null);
    done();
  }
}

/** A connection in memory: what goes into one end comes out of the other. */
export const duplexPair = (): readonly [Duplex, Duplex] => {
  const [near, far] = [new End(), new End()];
  near.other = far;
  far.other = near;
  return [near, far];
};
