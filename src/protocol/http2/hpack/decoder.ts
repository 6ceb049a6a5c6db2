import { BlockReader } from './block-reader.ts';
import { HpackFault } from './fault.ts';
import { Field, type Indexing } from './field.ts';
import { FieldTable } from './field-table.ts';
import { staticFields } from './static-table.ts';

export { HpackFault };

/** What both sides start with until settings say otherwise (RFC 9113 6.5.2). */
const initialTableBytes = 4096;

/** `bytes`: at most this sum of `Field.size`. `fields`: at most so many. */
export type FieldLimits = { readonly bytes: number; readonly fields: number };

/** Reads the field blocks of one direction of a connection, all of them and in their order (RFC 7541 2.2). */
export class FieldDecoder {
  /** The dynamic table: what the peer's encoder believes it to be. */
  readonly table: FieldTable;
  readonly #tableBytesMax: number;

  /**
   * `tableBytesMax`: what we announced as SETTINGS_HEADER_TABLE_SIZE, in bytes. The table has at most
   * 4,096 until the peer takes more. Less than 4,096 is only right for a peer that knows it before
   * it sends its first block.
   */
  constructor(tableBytesMax: number) {
    this.#tableBytesMax = tableBytesMax;
    this.table = new FieldTable(Math.min(tableBytesMax, initialTableBytes));
  }

  /**
   * Reads one whole field block (RFC 7541 3). Returns its fields in order, or undefined when they
   * exceed `limits`: then the block was still read to its end, so that the table stays in step, but
   * nothing of it is kept. An indexed field is the very object that lies in the table. Throws
   * `HpackFault` for a block that is not as RFC 7541 says: then the connection is lost.
   */
  decode(block: Buffer, limits: FieldLimits): Field[] | undefined {
    const reader = new BlockReader(block);
    this.#readSizeUpdates(reader);
    const fields: Field[] = [];
    let bytes = 0;
    while (reader.at < block.length) {
      const octet = block[reader.at] as number;
      const field = octet >= 0x80 ? this.#indexed(reader, octet) : this.#literal(reader, octet);
      bytes += field.size;
      if (bytes > limits.bytes || fields.length >= limits.fields) {
        this.#skipRest(reader);
        return undefined;
      }
      fields.push(field);
    }
    return fields;
  }

  // Only allowed before the first field of a block (RFC 7541 4.2).
  #readSizeUpdates(reader: BlockReader): void {
    while (((reader.block[reader.at] as number) & 0xe0) === 0x20) {
      const bytes = reader.integer(0x1f);
      if (bytes > this.#tableBytesMax) throw new HpackFault('a table size beyond what we allow');
      this.table.setBytesMax(bytes);
    }
  }

  // RFC 7541 6.1.
  #indexed(reader: BlockReader, octet: number): Field {
    if (octet === 0xff) return this.#entry(reader.integer(0x7f));
    reader.at++;
    return this.#entry(octet & 0x7f);
  }

  // RFC 7541 6.2.
  #literal(reader: BlockReader, octet: number): Field {
    const indexing = indexingOf(octet);
    const name = this.#name(reader, indexing);
    const field = new Field(name, reader.text(), indexing);
    if (indexing === 'add') this.table.insert(field);
    return field;
  }

  #name(reader: BlockReader, indexing: Indexing): string {
    const index = reader.integer(indexing === 'add' ? 0x3f : 0x0f);
    return index === 0 ? reader.text() : this.#entry(index).name;
  }

  #entry(index: number): Field {
    const field =
      index <= staticFields.length
        ? staticFields[index - 1]
        : this.table.at(index - staticFields.length - 1);
    if (field === undefined) throw new HpackFault('an index that no table has');
    return field;
  }

  // What is not added to the table is checked and never becomes a string.
  #skipRest(reader: BlockReader): void {
    while (!reader.isAtEnd) {
      const octet = reader.block[reader.at] as number;
      if (octet >= 0x80) this.#indexed(reader, octet);
      else if (octet >= 0x40) this.#literal(reader, octet);
      else this.#skipLiteral(reader, octet);
    }
  }

  #skipLiteral(reader: BlockReader, octet: number): void {
    indexingOf(octet);
    const index = reader.integer(0x0f);
    if (index === 0) reader.skipText();
    else this.#entry(index);
    reader.skipText();
  }
}

const indexingOf = (octet: number): Indexing => {
  if (octet >= 0x40) return 'add';
  if (octet >= 0x20) throw new HpackFault('a change of the table size behind a field');
  return octet >= 0x10 ? 'never' : 'plain';
};
