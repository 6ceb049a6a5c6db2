import type { Field } from './field.ts';
import { entriesMax, FieldTable } from './field-table.ts';
import { staticFields, staticNames } from './static-table.ts';

/** The largest table that an encoder keeps, in bytes (RFC 7541 4.2 lets it use less than allowed). */
export const encoderTableBytesMax = 4096;

// How many entries of one name are compared, so that many of them cost no more than a few.
const sameNameMax = 8;
const none = -1;

/** An encoder's tables, asked by field and by name. Indexes are those of RFC 7541 2.3.3; 0 is none. */
export class EncoderTable {
  readonly fields: FieldTable = new FieldTable(encoderTableBytesMax, (field, insertion) =>
    this.#forget(field, insertion),
  );
  /** For each name in the table the newest insertion that has it. */
  readonly #newest: Map<string, number> = new Map();
  /** For each entry, by its insertion's slot, the insertion of the same name before it. */
  readonly #before: number[] = new Array<number>(entriesMax(encoderTableBytesMax)).fill(none);

  /** The index of that very object, at no cost for one that was found here before. */
  indexOf(field: Field): number {
    if (field.staticIndex !== 0) return field.staticIndex;
    const { lastInsertion } = field;
    return lastInsertion !== none && this.fields.byInsertion(lastInsertion) === field
      ? this.#indexAt(lastInsertion)
      : 0;
  }

  /** The index of an entry with that name and value, in the static or the dynamic table. */
  indexByText(field: Field): number {
    const index = staticIndexOf(field);
    if (index !== 0) return index;
    let insertion = this.#newest.get(field.name) ?? none;
    for (let seen = 0; seen < sameNameMax; seen++) {
      const entry = this.fields.byInsertion(insertion);
      if (entry === undefined) return 0;
      if (entry === field || entry.value === field.value) {
        field.lastInsertion = insertion;
        return this.#indexAt(insertion);
      }
      insertion = this.#before[insertion % this.#before.length] as number;
    }
    return 0;
  }

  /** The index of an entry with that name, the static table's first. */
  indexOfName(name: string): number {
    const index = staticNames.get(name);
    if (index !== undefined) return index;
    const insertion = this.#newest.get(name);
    return insertion === undefined ? 0 : this.#indexAt(insertion);
  }

  /** Adds a field as the decoder does at the other end (RFC 7541 4.4). */
  insert(field: Field): void {
    if (!this.fields.insert(field)) return;
    const insertion = this.fields.inserted - 1;
    field.lastInsertion = insertion;
    this.#before[insertion % this.#before.length] = this.#newest.get(field.name) ?? none;
    this.#newest.set(field.name, insertion);
  }

  #indexAt(insertion: number): number {
    return staticFields.length + this.fields.inserted - insertion;
  }

  #forget(field: Field, insertion: number): void {
    if (this.#newest.get(field.name) === insertion) this.#newest.delete(field.name);
  }
}

const staticIndexOf = (field: Field): number => {
  let index = staticNames.get(field.name);
  if (index === undefined) return 0;
  for (; staticFields[index - 1]?.name === field.name; index++) {
    if (staticFields[index - 1]?.value === field.value) return index;
  }
  return 0;
};
