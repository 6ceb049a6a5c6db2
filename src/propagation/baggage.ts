/** One list-member of a W3C `baggage` header. `value` is percent-decoded, `key` is as written. */
export type BaggageMember = {
  readonly key: string;
  readonly value: string;
  /** The value before decoding, without the blanks around it. */
  readonly written: string;
  /** What follows the first `;`, as written; empty without properties. */
  readonly properties: string;
};

/** Baggage beyond this many characters is not read: W3C asks everyone to carry 8192 bytes. */
export const baggageCharactersMax = 8192;
/** Members beyond this many are not read: the grammar's own maximum. */
export const baggageMembersMax = 180;

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * Reads a `baggage` value, its lines already joined with ",", member by member (W3C Baggage
 * 3.3). Members that are not `key=value` with a token for a key are skipped; order and duplicates
 * are kept. A member cut by the limit of 8192 characters is not read, so no value is ever partial.
 */
export const parseBaggage = (text: string): readonly BaggageMember[] => {
  const members: BaggageMember[] = [];
  const within = text.length > baggageCharactersMax;
  const end = within ? text.lastIndexOf(',', baggageCharactersMax) : text.length;
  const parts = text.slice(0, Math.max(end, 0)).split(',', baggageMembersMax);
  for (const part of parts) {
    const member = parseMember(part);
    if (member !== undefined) members.push(member);
  }
  return members;
};

/** The value of the first member with that key, or undefined. */
export const baggageMember = (text: string, key: string): string | undefined =>
  text.includes(key) ? parseBaggage(text).find((member) => member.key === key)?.value : undefined;

const parseMember = (part: string): BaggageMember | undefined => {
  const semicolon = part.indexOf(';');
  const pair = semicolon === -1 ? part : part.slice(0, semicolon);
  const equals = pair.indexOf('=');
  const key = trim(pair.slice(0, Math.max(equals, 0)));
  if (equals === -1 || !token.test(key)) return undefined;
  const written = trim(pair.slice(equals + 1));
  return {
    key,
    value: percentDecode(written),
    written,
    properties: semicolon === -1 ? '' : trim(part.slice(semicolon + 1)),
  };
};

// Only space and tab: `trim()` would also take a no-break space that belongs to the value.
const trim = (text: string): string => {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
};

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;

// Invalid UTF-8 becomes U+FFFD, as the specification asks; a lone "%" stays what it is.
const percentDecode = (text: string): string => {
  if (!text.includes('%')) return text;
  const octets: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const hexadecimal = text[at] === '%' ? text.slice(at + 1, at + 3) : '';
    const escaped = /^[0-9A-Fa-f]{2}$/.test(hexadecimal);
    octets.push(escaped ? Number.parseInt(hexadecimal, 16) : text.charCodeAt(at) & 0xff);
    if (escaped) at += 2;
  }
  return new TextDecoder().decode(Uint8Array.from(octets));
};
