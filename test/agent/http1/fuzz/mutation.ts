import * as fc from 'fast-check';

/** A small damage to bytes. Places are taken modulo the length of what is there. */
export type Mutation =
  | { readonly kind: 'set'; readonly at: number; readonly byte: string }
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'delete'; readonly at: number; readonly length: number }
  | { readonly kind: 'insert'; readonly at: number; readonly text: string }
  | { readonly kind: 'insert line'; readonly line: number; readonly text: string }
  | { readonly kind: 'repeat line'; readonly line: number; readonly to: number }
  | { readonly kind: 'delete line'; readonly line: number }
  | { readonly kind: 'merge lines'; readonly line: number; readonly between: string }
  | { readonly kind: 'splice'; readonly at: number; readonly from: number; readonly other: string };

const lineEnd = '\r\n';

/** The bytes (latin1) with that damage. */
export const mutate = (bytes: string, mutation: Mutation): string => {
  switch (mutation.kind) {
    case 'set':
      return cutAt(bytes, mutation.at, 1, mutation.byte);
    case 'flip': {
      const at = mutation.at % (bytes.length + 1);
      const flipped = String.fromCharCode((bytes.charCodeAt(at) || 0) ^ (1 << mutation.bit));
      return cutAt(bytes, mutation.at, 1, flipped);
    }
    case 'delete':
      return cutAt(bytes, mutation.at, mutation.length, '');
    case 'insert':
      return cutAt(bytes, mutation.at, 0, mutation.text);
    case 'splice': {
      const from = mutation.from % (mutation.other.length + 1);
      return bytes.slice(0, mutation.at % (bytes.length + 1)) + mutation.other.slice(from);
    }
    default:
      return mutateLines(bytes, mutation);
  }
};

type LineMutation = Extract<Mutation, { readonly line: number }>;

const mutateLines = (bytes: string, mutation: LineMutation): string => {
  const lines = bytes.split(lineEnd);
  const line = mutation.line % lines.length;
  const text = lines[line] ?? '';
  if (mutation.kind === 'insert line') lines.splice(line, 0, mutation.text);
  if (mutation.kind === 'repeat line') lines.splice(mutation.to % (lines.length + 1), 0, text);
  if (mutation.kind === 'delete line') lines.splice(line, 1);
  if (mutation.kind === 'merge lines') {
    lines.splice(line, 2, `${text}${mutation.between}${lines[line + 1] ?? ''}`);
  }
  return lines.join(lineEnd);
};

const cutAt = (bytes: string, place: number, length: number, instead: string): string => {
  const at = place % (bytes.length + 1);
  return bytes.slice(0, at) + instead + bytes.slice(at + length);
};

// What readers disagree about: ends of lines, blanks, delimiters, digits, and control octets.
const telling = [
  ...['\r', '\n', '\r\n', '\r\n\r\n', '\n\n', ' ', '\t', '\x0b', '\x0c', '\x00', '\x7f', '\x80'],
  ...['\xa0', '\xff', ':', ';', ',', '=', '"', '\\', '/', '?', '#', '%', '@', '*', '-', '+', '_'],
  ...['0', '1', '9', 'a', 'f', 'x', '0x', '00', 'chunked', 'close', 'keep-alive', 'upgrade', '1.0'],
];

const place: fc.Arbitrary<number> = fc.nat(2000);
const line: fc.Arbitrary<number> = fc.nat(40);
const octet: fc.Arbitrary<string> = fc.nat(255).map((code) => String.fromCharCode(code));
const short: fc.Arbitrary<string> = fc.oneof(fc.constantFrom(...telling), octet);

/** Damage to a message; lines and other messages are taken from these. */
export const mutation = (
  lines: readonly string[],
  others: readonly string[],
): fc.Arbitrary<Mutation> =>
  fc.oneof(
    fc.record({ kind: fc.constant('set'), at: place, byte: short }),
    fc.record({ kind: fc.constant('flip'), at: place, bit: fc.nat(7) }),
    fc.record({ kind: fc.constant('delete'), at: place, length: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ kind: fc.constant('insert'), at: place, text: short }),
    fc.record({ kind: fc.constant('insert line'), line, text: fc.constantFrom(...lines) }),
    fc.record({ kind: fc.constant('repeat line'), line, to: line }),
    fc.record({ kind: fc.constant('delete line'), line }),
    fc.record({ kind: fc.constant('merge lines'), line, between: short }),
    fc.record({
      kind: fc.constant('splice'),
      at: place,
      from: place,
      other: fc.constantFrom(...others),
    }),
  );
