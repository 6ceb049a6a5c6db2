import { createHmac } from 'node:crypto';
import { base32 } from '../../base/identifier.ts';
import { formerKeysMax } from '../limits.ts';
import type { Collection } from '../store/collection.ts';
import type { UserRecord } from '../store/records.ts';
import { sha256Hex } from './token-text.ts';

/**
 * Users' routing keys: 128 bits as 26 characters of base32, derived and never stored. Each run of a
 * user's pipelines has another one.
 */
export type Keys = {
  readonly keyOf: (user: string, run?: string) => string;
  /** What rules and agents hold instead of the key. */
  readonly keySha256Of: (user: string, run?: string) => string;
  /** The same of the keys that the user had before the last rotations, newest first. */
  readonly formerSha256Of: (user: string) => readonly string[];
  /** Gives the user and all their runs other keys; resolves when the old one can't come back. */
  readonly rotate: (user: string) => Promise<void>;
};

export const deriveKeys = (serverSecret: Buffer, users: Collection<UserRecord>): Keys => {
  const rotationsOf = (user: string): number => users.get(user)?.rotations ?? 0;
  const keyAt = (user: string, rotations: number, run?: string): string => {
    const hmac = createHmac('sha256', serverSecret);
    const ofRun = run === undefined ? [] : ['run', run];
    hmac.update(JSON.stringify([user, rotations, ...ofRun]));
    return base32(hmac.digest().subarray(0, 16));
  };
  const keyOf = (user: string, run?: string): string => keyAt(user, rotationsOf(user), run);
  return {
    keyOf,
    keySha256Of: (user, run) => sha256Hex(keyOf(user, run)),
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
