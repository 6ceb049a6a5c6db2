import type { FieldLimits } from '../../../../src/protocol/http2/hpack/decoder.ts';
import type { Field } from '../../../../src/protocol/http2/hpack/field.ts';
import type { FieldTable } from '../../../../src/protocol/http2/hpack/field-table.ts';

/** Limits that no test reaches unless it means to. */
export const ample: FieldLimits = { bytes: 1_000_000, fields: 100_000 };

/** The octets that a hexadecimal text stands for; blanks don't count. */
export const hex = (text: string): Buffer => {
  const digits = text.replace(/\s+/g, '');
  const bytes = Buffer.from(digits, 'hex');
  if (bytes.length * 2 !== digits.length) throw new Error(`not hexadecimal: ${text}`);
  return bytes;
};

/** Each field as `name: value`. */
export const linesOf = (fields: readonly Field[] | undefined): readonly string[] | undefined =>
  fields?.map(({ name, value }) => `${name}: ${value}`);

/** All entries of a dynamic table, newest first. */
export const entriesOf = (table: FieldTable): readonly Field[] => {
  const entries: Field[] = [];
  for (let field = table.at(0); field !== undefined; field = table.at(entries.length)) {
    entries.push(field);
  }
  return entries;
};

/** What two tables that are in step have in common. */
export const stateOf = (table: FieldTable): unknown => ({
  bytes: table.bytes,
  bytesMax: table.bytesMax,
  entries: entriesOf(table).map(({ name, value }) => [name, value]),
});
