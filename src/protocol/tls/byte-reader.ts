import { HelloFault } from './hello-fault.ts';

/** Reads numbers and vectors one after the other (RFC 8446 3.4); throws when they are cut. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** So many bytes, in the memory they came in. */
  take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new HelloFault('a length reaches beyond its end');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  /** A number of one or two bytes, the greater one first. */
  number(octets: 1 | 2): number {
    return this.take(octets).readUIntBE(0, octets);
  }

  /** Bytes behind their own length, which takes one or two bytes. */
  vector(octets: 1 | 2): Buffer {
    return this.take(this.number(octets));
  }
}
