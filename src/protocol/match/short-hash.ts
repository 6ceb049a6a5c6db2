import { createHash } from 'node:crypto';

/** `#` and six hexadecimal digits: enough to compare two values, too few to guess one. */
export const shortHash = (octets: string): string =>
  `#${createHash('sha256').update(octets, 'latin1').digest('hex').slice(0, 6)}`;
