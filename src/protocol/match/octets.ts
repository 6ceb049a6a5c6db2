/** The UTF-8 octets of a text as a latin1 string, one character an octet. */
export const octetsOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** The text whose UTF-8 octets these are; what is not UTF-8 is shown as U+FFFD. */
export const textOf = (octets: string): string => Buffer.from(octets, 'latin1').toString('utf8');

/** The octets that percent-encoded text stands for; a "%" without two digits stays what it is. */
export const percentDecoded = (text: string): string =>
  text.includes('%')
    ? text.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) =>
        String.fromCharCode(Number.parseInt(digits, 16)),
      )
    : text;

/** Percent-encodes every octet but letters, digits and `-._~` (RFC 3986 2.3). */
export const percentEncoded = (octets: string): string =>
  octets.replace(
    /[^A-Za-z0-9\-._~]/g,
    (octet) => `%${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
