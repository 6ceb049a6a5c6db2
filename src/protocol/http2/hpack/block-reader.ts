import { HpackFault } from './fault.ts';
import { decodeHuffman, huffmanOctetsMax } from './huffman.ts';

/** The largest integer that is read; whatever stands for more is a fault (RFC 7541 5.1). */
export const integerMax: number = 2 ** 31;

const keptScratchBytes = 16_384;
const keptScratch: Buffer = Buffer.allocUnsafeSlow(keptScratchBytes);

// Only for the time of one call, so all readers can use the same one.
const scratchFor = (octets: number): Buffer =>
  octets <= keptScratchBytes ? keptScratch : Buffer.allocUnsafeSlow(octets);

/** Reads the integers and strings of one field block. Nothing that it returns keeps the block alive. */
export class BlockReader {
  at: number = 0;
  #isHuffman: boolean = false;
  readonly block: Buffer;

  constructor(block: Buffer) {
    this.block = block;
  }

  get isAtEnd(): boolean {
    return this.at >= this.block.length;
  }

  /** The integer whose prefix is the `mask`ed bits of the next octet (RFC 7541 5.1). */
  integer(mask: number): number {
    const prefix = this.#octet() & mask;
    if (prefix < mask) return prefix;
    let value = mask;
    for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
      const octet = this.#octet();
      value += (octet & 0x7f) * scale;
      if (octet < 0x80) return assertInteger(value);
    }
    throw new HpackFault('an integer has too many octets');
  }

  /** A string (RFC 7541 5.2) as latin1 text, Huffman-coded or not. */
  text(): string {
    const start = this.#startOfString();
    if (!this.#isHuffman) return this.block.toString('latin1', start, this.at);
    const scratch = scratchFor(huffmanOctetsMax(this.at - start));
    return scratch.toString('latin1', 0, decodeHuffman(this.block, start, this.at, scratch));
  }

  /** Checks a string as `text` does, without making one. */
  skipText(): void {
    const start = this.#startOfString();
    if (!this.#isHuffman) return;
    const scratch = scratchFor(huffmanOctetsMax(this.at - start));
    decodeHuffman(this.block, start, this.at, scratch);
  }

  // Reads the length, goes to the end of the string and returns where it starts.
  #startOfString(): number {
    this.#isHuffman = (this.block[this.at] as number) >= 0x80;
    const length = this.integer(0x7f);
    const start = this.at;
    if (length > this.block.length - start) throw new HpackFault('a string passes the block');
    this.at = start + length;
    return start;
  }

  #octet(): number {
    const octet = this.block[this.at++];
    if (octet === undefined) throw new HpackFault('the block ends inside a field');
    return octet;
  }
}

const assertInteger = (value: number): number => {
  if (value > integerMax) throw new HpackFault('an integer is too large');
  return value;
};
