import { EncoderTable, encoderTableBytesMax } from './encoder-table.ts';
import type { Field } from './field.ts';
import type { FieldTable } from './field-table.ts';

const firstMemoryBytes = 512;
const keptMemoryBytes = 16_384;
// Two changes of the table's size, each an integer of at most six octets.
const sizeUpdateBytesMax = 12;

// Up to here a loop is faster than a call out of JavaScript.
const loopOctetsMax = 24;
// Node would cut such a character to its last octet, which can be a line feed.
const beyondOctets = /[^\0-\xff]/;
const noOctet = 'a field has a character that is no octet';

/** Writes the field blocks of one direction of a connection (RFC 7541 2.2). */
export class FieldEncoder {
  readonly #table: EncoderTable = new EncoderTable();
  /** The smallest and the last size that was asked for since the last block. */
  #smallestBytesMax: number = encoderTableBytesMax;
  #tableBytesMax: number = encoderTableBytesMax;
  #memory: Buffer = Buffer.allocUnsafeSlow(firstMemoryBytes);
  #at: number = 0;
  /** The view of the last block: blocks of one length, which are most, need no other. */
  #block: Buffer = this.#memory.subarray(0, 0);

  /** The dynamic table: what the peer's decoder has after the last block. */
  get table(): FieldTable {
    return this.#table.fields;
  }

  /**
   * The peer's SETTINGS_HEADER_TABLE_SIZE in bytes; more than 4,096 are not used. The next block
   * starts with what the peer has to hear about it (RFC 7541 4.2).
   */
  setTableBytesMax(bytes: number): void {
    this.#tableBytesMax = Math.min(bytes, encoderTableBytesMax);
    this.#smallestBytesMax = Math.min(this.#smallestBytesMax, this.#tableBytesMax);
  }

  /**
   * One whole field block (RFC 7541 3). A field goes by its index when the table has it, else as a
   * literal of its own kind of indexing, without Huffman code. The bytes lie in memory that the next
   * call uses again. Throws `RangeError` for a character above U+00FF: then the peer's table is not
   * ours any more, and the connection is lost.
   */
  encode(fields: readonly Field[]): Buffer {
    this.#at = 0;
    this.#writeSizeUpdates();
    for (const field of fields) this.#write(field);
    if (this.#block.length !== this.#at) this.#block = this.#memory.subarray(0, this.#at);
    return this.#memory.length > keptMemoryBytes ? this.#releaseMemory() : this.#block;
  }

  // One unusual block must not cost its size for as long as the connection lives.
  #releaseMemory(): Buffer {
    const block = this.#block;
    this.#memory = Buffer.allocUnsafeSlow(firstMemoryBytes);
    this.#block = this.#memory.subarray(0, 0);
    return block;
  }

  #writeSizeUpdates(): void {
    const last = this.#tableBytesMax;
    if (this.#smallestBytesMax < this.table.bytesMax) this.#writeSizeUpdate(this.#smallestBytesMax);
    if (last !== this.table.bytesMax) this.#writeSizeUpdate(last);
    this.#smallestBytesMax = last;
  }

  #writeSizeUpdate(bytes: number): void {
    this.#makeRoom(sizeUpdateBytesMax);
    this.table.setBytesMax(bytes);
    this.#writeInteger(0x20, 0x1f, bytes);
  }

  #write(field: Field): void {
    // Three integers need less than what an entry counts for besides its octets.
    this.#makeRoom(field.size);
    const index = this.#table.indexOf(field);
    if (index !== 0) this.#writeInteger(0x80, 0x7f, index);
    else if (field.indexing === 'add') this.#writeAdded(field);
    else this.#writeLiteral(field, field.indexing === 'never' ? 0x10 : 0x00, 0x0f);
  }

  // RFC 7541 6.2.1, unless another object says the same.
  #writeAdded(field: Field): void {
    const index = this.#table.indexByText(field);
    if (index !== 0) {
      this.#writeInteger(0x80, 0x7f, index);
      return;
    }
    this.#writeLiteral(field, 0x40, 0x3f);
    this.#table.insert(field);
  }

  #writeLiteral(field: Field, pattern: number, mask: number): void {
    const index = this.#table.indexOfName(field.name);
    this.#writeInteger(pattern, mask, index);
    if (index === 0) this.#writeText(field.name);
    this.#writeText(field.value);
  }

  #writeText(text: string): void {
    this.#writeInteger(0x00, 0x7f, text.length);
    if (text.length > loopOctetsMax) {
      if (beyondOctets.test(text)) throw new RangeError(noOctet);
      this.#at += this.#memory.write(text, this.#at, 'latin1');
      return;
    }
    let above = 0;
    for (let at = 0; at < text.length; at++) {
      const octet = text.charCodeAt(at);
      above |= octet;
      this.#memory[this.#at++] = octet;
    }
    if (above > 0xff) throw new RangeError(noOctet);
  }

  // RFC 7541 5.1.
  #writeInteger(pattern: number, mask: number, value: number): void {
    if (value < mask) {
      this.#memory[this.#at++] = pattern | value;
      return;
    }
    this.#memory[this.#at++] = pattern | mask;
    let rest = value - mask;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
      this.#memory[this.#at++] = 0x80 | (rest & 0x7f);
    }
    this.#memory[this.#at++] = rest;
  }

  #makeRoom(octets: number): void {
    const needed = this.#at + octets;
    if (needed <= this.#memory.length) return;
    const memory = Buffer.allocUnsafeSlow(Math.max(needed, this.#memory.length * 2));
    this.#memory.copy(memory, 0, 0, this.#at);
    this.#memory = memory;
    this.#block = memory.subarray(0, 0);
  }
}
