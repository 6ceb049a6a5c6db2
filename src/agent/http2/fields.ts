import type { FieldName } from '../../protocol/http1/fields.ts';
import type { Field } from '../../protocol/http2/hpack/field.ts';
import type { RequestFields } from '../../protocol/match/request-fields.ts';

const host = 'host';
const authority = ':authority';
const cookie = 'cookie';

/** The fields of a request for matching. `:authority` is what HTTP/1 calls `host`. */
export const requestFields = (fields: readonly Field[]): RequestFields => ({
  get method() {
    return valueNamed(fields, ':method') ?? '';
  },
  get target() {
    return valueNamed(fields, ':path') ?? '';
  },
  linesOf: ({ text }) => linesNamed(fields, text).length,
  valueOf: ({ text }) => {
    const lines = linesNamed(fields, text);
    const separator = text === cookie ? '; ' : ', ';
    return lines.length === 0 ? undefined : lines.map(({ value }) => value).join(separator);
  },
});

const none: readonly Field[] = [];

const linesNamed = (fields: readonly Field[], name: FieldName['text']): readonly Field[] => {
  let lines: Field[] | undefined;
  for (const field of fields) {
    if (field.name !== name) continue;
    lines ??= [];
    lines.push(field);
  }
  if (lines !== undefined) return lines;
  return name === host ? linesNamed(fields, authority) : none;
};

/** The value of the first field with that name. */
export const valueNamed = (fields: readonly Field[], name: string): string | undefined =>
  fields.find((field) => field.name === name)?.value;
