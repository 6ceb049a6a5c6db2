import { UserError } from '../../base/errors.ts';

const letters: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['e', '\x1b'],
  ['E', '\x1b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['?', '?'],
]);

const numbers: readonly (readonly [RegExp, number])[] = [
  [/^\\x([0-9A-Fa-f]{1,2})/, 16],
  [/^\\u([0-9A-Fa-f]{1,4})/, 16],
  [/^\\U([0-9A-Fa-f]{1,8})/, 16],
  [/^\\([0-7]{1,3})/, 8],
];

/**
 * Reads the rest of a `$'…'`, in which browsers write what has quotes or line breaks, from behind
 * its first quote. `end` is the index behind the last one. Throws a usage error without one.
 */
export const ansiString = (
  text: string,
  begin: number,
): { readonly text: string; readonly end: number } => {
  let read = '';
  let at = begin;
  while (at < text.length) {
    const character = text[at] as string;
    if (character === "'") return { text: read, end: at + 1 };
    const escaped = character === '\\' ? escapeAt(text.slice(at, at + 10)) : undefined;
    read += escaped?.text ?? character;
    at += escaped?.length ?? 1;
  }
  throw new UserError("A $' is never closed.", {
    kind: 'usage',
    hint: "Add ' where the value ends.",
  });
};

// What is no escape stays as it stands, backslash and all.
const escapeAt = (text: string): { readonly text: string; readonly length: number } | undefined => {
  const letter = letters.get(text[1] ?? '');
  if (letter !== undefined) return { text: letter, length: 2 };
  for (const [form, base] of numbers) {
    const [whole = '', digits = ''] = form.exec(text) ?? [];
    const point = Number.parseInt(digits, base);
    if (whole !== '' && point <= 0x10_ffff) {
      return { text: String.fromCodePoint(point), length: whole.length };
    }
  }
  return undefined;
};
