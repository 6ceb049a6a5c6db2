import { headBytesMax, headerLinesMax } from '../limits.ts';
import { HttpFault } from './fault.ts';
import {
  blankOctets,
  carriageReturn,
  colon,
  lineFeed,
  lowerOctets,
  tokenOctets,
  valueOctets,
} from './octets.ts';

/** A field name prepared for comparison: its lower-case octets. */
export type FieldName = {
  readonly text: string;
  readonly octets: Uint8Array;
  /** Set in `Fields.present` when a line may have this name. */
  readonly bit: number;
};

export const fieldName = (text: string): FieldName => {
  const octets = Buffer.from(text.toLowerCase(), 'latin1');
  return { text: text.toLowerCase(), octets, bit: bitOf(octets, 0, octets.length) };
};

// One of 32 bits from length and ends of a name, so that most look-ups of absent names end at once.
const bitOf = (octets: Uint8Array, start: number, end: number): number => {
  const first = lowerOctets[octets[start] as number] as number;
  const last = lowerOctets[octets[end - 1] as number] as number;
  return 1 << ((end - start + first * 5 + last * 3) & 31);
};

/**
 * The field lines of one head or trailer section, as positions in its bytes; no string is made
 * until someone asks for one. Strings are latin1: one character an octet.
 */
export class Fields {
  readonly bytes: Buffer;
  /** For each line: start and end of its name, start and end of its value without blanks. */
  readonly positions: number[] = [];
  /** The bits of all names; see `FieldName`. */
  present: number = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get count(): number {
    return this.positions.length / 4;
  }

  /** Whether line number `line` has that name, in any case. */
  isNamed(line: number, name: FieldName): boolean {
    const start = this.positions[line * 4] as number;
    const { octets } = name;
    if ((this.positions[line * 4 + 1] as number) - start !== octets.length) return false;
    for (let at = 0; at < octets.length; at++) {
      if (lowerOctets[this.bytes[start + at] as number] !== octets[at]) return false;
    }
    return true;
  }

  /**
   * The number of the only line with that name, or -1. Throws `HttpFault` when there are more, even
   * when they say the same: two readers could pick different ones.
   */
  onlyLine(name: FieldName): number {
    if ((this.present & name.bit) === 0) return -1;
    let found = -1;
    for (let line = 0; line < this.count; line++) {
      if (!this.isNamed(line, name)) continue;
      if (found !== -1) throw new HttpFault(`more than one ${name.text}`);
      found = line;
    }
    return found;
  }

  /** Whether the value of line number `line` is exactly these octets. */
  isValue(line: number, octets: Uint8Array): boolean {
    const start = this.positions[line * 4 + 2] as number;
    if ((this.positions[line * 4 + 3] as number) - start !== octets.length) return false;
    for (let at = 0; at < octets.length; at++) {
      if (this.bytes[start + at] !== octets[at]) return false;
    }
    return true;
  }

  /** The value of line number `line` as a number: 1 to 15 digits, or -1 for anything else. */
  numberAt(line: number): number {
    const start = this.positions[line * 4 + 2] as number;
    const end = this.positions[line * 4 + 3] as number;
    if (end === start || end - start > 15) return -1;
    let value = 0;
    for (let at = start; at < end; at++) {
      const digit = (this.bytes[at] as number) - 0x30;
      if (digit < 0 || digit > 9) return -1;
      value = value * 10 + digit;
    }
    return value;
  }

  /** The value of line number `line`. */
  valueAt(line: number): string {
    return this.bytes.toString(
      'latin1',
      this.positions[line * 4 + 2],
      this.positions[line * 4 + 3],
    );
  }

  /** How many lines have that name. */
  linesOf(name: FieldName): number {
    if ((this.present & name.bit) === 0) return 0;
    let lines = 0;
    for (let line = 0; line < this.count; line++) if (this.isNamed(line, name)) lines++;
    return lines;
  }

  /** The values of all lines with that name, joined with ", " in order (RFC 9110 5.3). */
  valueOf(name: FieldName): string | undefined {
    if ((this.present & name.bit) === 0) return undefined;
    let joined: string | undefined;
    for (let line = 0; line < this.count; line++) {
      if (!this.isNamed(line, name)) continue;
      const value = this.valueAt(line);
      joined = joined === undefined ? value : `${joined}, ${value}`;
    }
    return joined;
  }
}

/**
 * Reads field lines from `start` up to and with the empty line (RFC 9112 5). Returns the index
 * after it, or -1 when the bytes end before. Throws `HttpFault` on anything that RFC 9112 does not
 * allow to be forwarded as it is: bare CR or LF, folding, blanks before the colon, control octets.
 */
export const scanFields = (fields: Fields, start: number): number => {
  const { bytes, positions } = fields;
  let at = start;
  while (at < bytes.length) {
    if (bytes[at] === carriageReturn) return endOfSection(bytes, at);
    if (positions.length >= headerLinesMax * 4) throw new HttpFault('too many field lines', 431);
    at = scanLine(fields, at);
    if (at === -1) return -1;
  }
  return -1;
};

// The index after the line's CRLF, or -1 when the bytes end before.
const scanLine = (fields: Fields, nameStart: number): number => {
  const { bytes, positions } = fields;
  const nameEnd = skip(tokenOctets, bytes, nameStart);
  if (nameEnd === bytes.length) return -1;
  if (bytes[nameEnd] !== colon || nameEnd === nameStart) {
    throw new HttpFault(nameFault(bytes, nameStart, nameEnd));
  }
  const valueStart = skip(blankOctets, bytes, nameEnd + 1);
  const lineEnd = skipValue(bytes, valueStart);
  if (lineEnd === bytes.length) return -1;
  assertLineEnd(bytes, lineEnd);
  let valueEnd = lineEnd;
  while (valueEnd > valueStart && blankOctets[bytes[valueEnd - 1] as number] === 1) valueEnd--;
  fields.present |= bitOf(bytes, nameStart, nameEnd);
  positions.push(nameStart, nameEnd, valueStart, valueEnd);
  return lineEnd + 1 === bytes.length ? -1 : lineEnd + 2;
};

const skip = (table: Uint8Array, bytes: Buffer, start: number): number => {
  let at = start;
  while (at < bytes.length && table[bytes[at] as number] === 1) at++;
  return at;
};

// Four octets a turn, because values are most of a head.
const skipValue = (bytes: Buffer, start: number): number => {
  const lastFour = bytes.length - 4;
  let at = start;
  while (at <= lastFour && areValueOctets(bytes, at)) at += 4;
  return skip(valueOctets, bytes, at);
};

const areValueOctets = (bytes: Buffer, at: number): boolean => {
  const first = valueOctets[bytes[at] as number] as number;
  const second = valueOctets[bytes[at + 1] as number] as number;
  const third = valueOctets[bytes[at + 2] as number] as number;
  return (first & second & third & (valueOctets[bytes[at + 3] as number] as number)) === 1;
};

/** Throws when a head that is still incomplete is already too large. */
export const assertHeadSize = (octets: number): void => {
  if (octets > headBytesMax) throw new HttpFault(`head exceeds ${headBytesMax} bytes`, 431);
};

const endOfSection = (bytes: Buffer, at: number): number => {
  if (at + 1 >= bytes.length) return -1;
  if (bytes[at + 1] !== lineFeed) throw new HttpFault('bare CR in the head');
  return at + 2;
};

const assertLineEnd = (bytes: Buffer, at: number): void => {
  const octet = bytes[at];
  if (octet === lineFeed) throw new HttpFault('bare LF in the head');
  if (octet !== carriageReturn) throw new HttpFault('control character in a field value');
  if (at + 1 < bytes.length && bytes[at + 1] !== lineFeed) {
    throw new HttpFault('bare CR in the head');
  }
};

const nameFault = (bytes: Buffer, start: number, at: number): string => {
  const octet = bytes[at] as number;
  if (at > start)
    return blankOctets[octet] === 1 ? 'blank before the colon' : 'bad character in a field name';
  if (blankOctets[octet] === 1) return 'folded field line';
  return octet === lineFeed ? 'bare LF in the head' : 'empty field name';
};

/** `bytes` from `start` to `end`, without making a new view of all of them. */
export const part = (bytes: Buffer, start: number, end: number): Buffer =>
  start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
