// One table look-up per byte decides what it may be; see RFC 9110 5.6.2 and 5.5.

const table = (accepts: (octet: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, octet) => (accepts(octet) ? 1 : 0));

const tokenCharacters =
  "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Octets of a token: methods and field names. */
export const tokenOctets: Uint8Array = table((octet) =>
  tokenCharacters.includes(String.fromCharCode(octet)),
);

/** Octets of a field value: visible ASCII, space, tab and obs-text. */
export const valueOctets: Uint8Array = table(
  (octet) => octet === 0x09 || (octet >= 0x20 && octet !== 0x7f),
);

/** Space and tab. */
export const blankOctets: Uint8Array = table((octet) => octet === 0x09 || octet === 0x20);

/** Octets of a request target: visible ASCII. */
export const targetOctets: Uint8Array = table((octet) => octet > 0x20 && octet < 0x7f);

/** Each octet, ASCII capital letters made small. */
export const lowerOctets: Uint8Array = Uint8Array.from({ length: 256 }, (_, octet) =>
  octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet,
);

export const space = 0x20;
export const carriageReturn = 0x0d;
export const lineFeed = 0x0a;
export const colon = 0x3a;
