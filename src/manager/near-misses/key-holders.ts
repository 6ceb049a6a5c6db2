import type { Keys } from '../identity/keys.ts';
import { knownKeysMs } from '../limits.ts';

/** Whose key it is that an agent saw and that no rule there has, by its SHA-256. */
export type KeyHolders = {
  /** Somebody has it now: the request is theirs, and nobody else's business. */
  readonly isSomebodys: (keySha256: string, now: number) => boolean;
  /** That user had it before a rotation. */
  readonly wasOf: (user: string, keySha256: string) => boolean;
};

/** `users` are all that the manager has heard of; they are looked through now and then only. */
export const keyHolders = (keys: Keys, users: () => Iterable<string>): KeyHolders => {
  let known: ReadonlySet<string> = new Set();
  let knownAt = Number.NEGATIVE_INFINITY;
  return {
    isSomebodys: (keySha256, now) => {
      if (now - knownAt >= knownKeysMs || now < knownAt) {
        known = new Set([...new Set(users())].map((user) => keys.keySha256Of(user)));
        knownAt = now;
      }
      return known.has(keySha256);
    },
    wasOf: (user, keySha256) => keys.formerSha256Of(user).includes(keySha256),
  };
};
