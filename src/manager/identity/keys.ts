import { createHmac } from 'node:crypto';
import { base32 } from '../../base/identifier.ts';
import { formerKeysMax } from '../limits.ts';
import type { Collection } from '../store/collection.ts';
import type { UserRecord } from '../store/records.ts';
import { sha256Hex } from './token-text.ts';

/** Users' routing keys: 128 bits as 26 characters of base32, derived and never stored. */
export type Keys = {
  readonly keyOf: (user: string) => string;
  /** What rules and agents hold instead of the key. */
  readonly keySha256Of: (user: string) => string;
  /** The same of the keys that the user had before the last rotations, newest first. */
  readonly formerSha256Of: (user: string) => readonly string[];
  /** Gives the user another key; resolves when the old one can't come back. */
  readonly rotate: (user: string) => Promise<void>;
};

export const deriveKeys = (serverSecret: Buffer, users: Collection<UserRecord>): Keys => {
  const rotationsOf = (user: string): number => users.get(user)?.rotations ?? 0;
  const keyAt = (user: string, rotations: number): string => {
    const hmac = createHmac('sha256', serverSecret);
    hmac.update(JSON.stringify([user, rotations]));
    return base32(hmac.digest().subarray(0, 16));
  };
  const keyOf = (user: string): string => keyAt(user, rotationsOf(user));
  return {
    keyOf,
    keySha256Of: (user) => sha256Hex(keyOf(user)),
    formerSha256Of: (user) => {
      const rotations = rotationsOf(user);
      const known = Math.min(rotations, formerKeysMax);
      return Array.from({ length: known }, (_, back) =>
        sha256Hex(keyAt(user, rotations - 1 - back)),
      );
    },
    rotate: (user) => users.put({ id: user, rotations: rotationsOf(user) + 1 }),
  };
};
