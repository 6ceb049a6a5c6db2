import { createHash } from 'node:crypto';

/**
 * `#` and six hexadecimal digits of a value's SHA-256: enough to compare two values, too few to
 * guess one. Octets as a latin1 string.
 */
export const shortHash = (octets: string): string =>
  `#${createHash('sha256').update(octets, 'latin1').digest('hex').slice(0, 6)}`;
