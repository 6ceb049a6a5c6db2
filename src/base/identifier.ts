import { randomBytes } from 'node:crypto';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** RFC 4648 base32 in lower case without padding: 16 bytes become 26 characters. */
export const base32 = (bytes: Uint8Array): string => {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(value >> (bits - 5)) & 31];
  }
  return bits === 0 ? text : text + alphabet[(value << (5 - bits)) & 31];
};

/** What an identifier names: intercept, laptop's session, agent, token, entry of the audit. */
export type IdentifierPrefix = 'ic' | 'se' | 'ag' | 'tk' | 'au';

/** An unguessable name with 128 random bits, for example `ic_` and 26 characters. */
export const newIdentifier = (prefix: IdentifierPrefix): string =>
  `${prefix}_${base32(randomBytes(16))}`;
