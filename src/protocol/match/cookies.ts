/**
 * The value of the first cookie with that name (RFC 6265 4.2.1), as written: quotes and percent
 * signs belong to it. Names are case-sensitive.
 */
export const cookieValue = (header: string, name: string): string | undefined => {
  if (!header.includes(name)) return undefined;
  let begin = 0;
  while (begin <= header.length) {
    const next = header.indexOf(';', begin);
    const end = next === -1 ? header.length : next;
    const equals = header.indexOf('=', begin);
    if (equals !== -1 && equals < end && trimmed(header, begin, equals) === name) {
      return trimmed(header, equals + 1, end);
    }
    begin = end + 1;
  }
  return undefined;
};

// Only space and tab: `trim()` would also take octets that belong to the value.
const trimmed = (text: string, start: number, end: number): string => {
  let first = start;
  let last = end;
  while (first < last && isBlank(text.charCodeAt(first))) first++;
  while (last > first && isBlank(text.charCodeAt(last - 1))) last--;
  return text.slice(first, last);
};

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;
