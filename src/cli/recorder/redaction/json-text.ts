import { jsonValuesMax } from '../limits.ts';

/** Where a value stands: names of members and numbers of elements, from the outermost on. */
export type JsonPath = readonly (string | number)[];

/** A value of a JSON document as it is written, from `start` to `end` of the text. */
export type JsonValue = { readonly path: JsonPath; readonly start: number; readonly end: number };

const blank = /[\t\n\r ]*/y;
const string = /"(?:[^"\\]|\\.)*"?/sy;
const scalar = /[^\s,\]}[{":]+/y;

/**
 * The values of a JSON text, outer ones first, and where reading stopped. What is cut off is read as
 * far as it goes; it never throws. `full`: it stopped because of its limit of 50,000 values.
 */
export const readJson = (
  text: string,
): { readonly values: readonly JsonValue[]; readonly end: number; readonly full: boolean } => {
  const { values, end } = new Walk(text);
  return { values, end, full: values.length >= jsonValuesMax };
};

type Level = { readonly at: number; readonly isArray: boolean; key: string | number };

// A stack of its own: what is nested a hundred thousand deep must not end the process.
class Walk {
  readonly values: { path: JsonPath; start: number; end: number }[] = [];
  readonly end: number;
  readonly #text: string;
  readonly #levels: Level[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    while (this.values.length < jsonValuesMax && this.#step()) {}
    for (const { at } of this.#levels) this.#end(at, text.length);
    this.end = this.#at;
  }

  #step(): boolean {
    this.#match(blank);
    const level = this.#levels.at(-1);
    const character = this.#text[this.#at];
    if (character === undefined || (level === undefined && this.values.length > 0)) return false;
    if (character === '}' || character === ']') return this.#close();
    if (character === ',') return this.#next(level);
    if (level !== undefined && !level.isArray && !this.#name(level)) return false;
    return this.#value();
  }

  #name(level: Level): boolean {
    const written = this.#match(string);
    if (written === undefined) return false;
    level.key = unquoted(written);
    this.#match(blank);
    if (this.#text[this.#at] !== ':') return false;
    this.#at += 1;
    this.#match(blank);
    return this.#at < this.#text.length;
  }

  #value(): boolean {
    const start = this.#at;
    const character = this.#text[start];
    const index = this.values.length;
    const path = this.#levels.slice(-depthMax).map(({ key }) => key);
    this.values.push({ path, start, end: this.#text.length });
    if (character === '{' || character === '[') {
      const isArray = character === '[';
      this.#levels.push({ at: index, isArray, key: isArray ? 0 : '' });
      this.#at += 1;
      return true;
    }
    if (this.#match(character === '"' ? string : scalar) === undefined) return false;
    this.#end(index, this.#at);
    return true;
  }

  #close(): boolean {
    const level = this.#levels.pop();
    if (level === undefined) return false;
    this.#at += 1;
    this.#end(level.at, this.#at);
    return true;
  }

  #next(level: Level | undefined): boolean {
    if (level === undefined) return false;
    if (typeof level.key === 'number') level.key += 1;
    this.#at += 1;
    return true;
  }

  #end(index: number, end: number): void {
    const value = this.values[index];
    if (value !== undefined) value.end = end;
  }

  #match(form: RegExp): string | undefined {
    form.lastIndex = this.#at;
    const found = form.exec(this.#text)?.[0];
    if (found === undefined || found === '') return undefined;
    this.#at += found.length;
    return found;
  }
}

/** Of deeper paths only the innermost names are told: their cost would grow with the square. */
const depthMax = 64;

/** The text of a JSON string, also of one that is cut off; what is no string stays as it is. */
export const unquoted = (written: string): string => {
  if (!written.startsWith('"')) return written;
  try {
    return String(JSON.parse(written));
  } catch {
    return written.replace(/^"|"$/g, '');
  }
};
