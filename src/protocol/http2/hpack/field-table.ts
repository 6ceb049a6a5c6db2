import { entryBytes, type Field } from './field.ts';

const firstSlots = 16;

/**
 * A dynamic table (RFC 7541 2.3.2): a ring that grows with its entries. Every insertion has a number,
 * from 0; `forgotten` is told about each entry that is dropped, with its number.
 */
export class FieldTable {
  /** How many fields were ever inserted: the number of the next one. */
  inserted: number = 0;
  /** How many entries it has. */
  count: number = 0;
  /** The sum of its entries' sizes, at most `bytesMax`. */
  bytes: number = 0;
  #bytesMax: number;
  #slots: (Field | undefined)[] = new Array<Field | undefined>(firstSlots).fill(undefined);
  #mask: number = firstSlots - 1;
  readonly #forgotten: ((field: Field, insertion: number) => void) | undefined;

  constructor(bytesMax: number, forgotten?: (field: Field, insertion: number) => void) {
    this.#bytesMax = bytesMax;
    this.#forgotten = forgotten;
  }

  get bytesMax(): number {
    return this.#bytesMax;
  }

  /** The entry at `index`, 0 being the newest, or undefined beyond the oldest. */
  at(index: number): Field | undefined {
    if (index >= this.count) return undefined;
    return this.#slots[(this.inserted - 1 - index) & this.#mask];
  }

  /** The entry that was inserted as number `insertion`, or undefined when it is not there any more. */
  byInsertion(insertion: number): Field | undefined {
    if (insertion >= this.inserted || insertion < this.inserted - this.count) return undefined;
    return this.#slots[insertion & this.#mask];
  }

  /** Whether it was inserted: a field that is larger than the table only empties it (RFC 7541 4.4). */
  insert(field: Field): boolean {
    this.#evictTo(this.#bytesMax - field.size);
    if (field.size > this.#bytesMax) return false;
    if (this.count === this.#slots.length) this.#grow();
    this.#slots[this.inserted & this.#mask] = field;
    this.inserted++;
    this.count++;
    this.bytes += field.size;
    return true;
  }

  /** RFC 7541 4.3. */
  setBytesMax(bytes: number): void {
    this.#bytesMax = bytes;
    this.#evictTo(bytes);
  }

  #evictTo(bytes: number): void {
    while (this.bytes > bytes && this.count > 0) {
      const insertion = this.inserted - this.count;
      const slot = insertion & this.#mask;
      const field = this.#slots[slot] as Field;
      this.#slots[slot] = undefined;
      this.count--;
      this.bytes -= field.size;
      this.#forgotten?.(field, insertion);
    }
  }

  // At most as many slots as entries of no octets fit, because it grows only when it is full.
  #grow(): void {
    const oldest = this.inserted - this.count;
    const slots = new Array<Field | undefined>(this.#slots.length * 2).fill(undefined);
    const mask = slots.length - 1;
    for (let insertion = oldest; insertion < this.inserted; insertion++) {
      slots[insertion & mask] = this.#slots[insertion & this.#mask];
    }
    this.#slots = slots;
    this.#mask = mask;
  }
}

/** The most entries that a table of that many bytes can have. */
export const entriesMax = (bytes: number): number => Math.floor(bytes / entryBytes);
