import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { base32, newIdentifier } from '../../base/identifier.ts';

/** A token's public name and the digest of its secret half. */
export type TokenParts = { readonly id: string; readonly secretSha256: string };

const form = /^(tk_[a-z2-7]{26})\.([a-z2-7]{52})$/;

/** A new token: its id, a dot, and 256 random bits. Whoever has the text has the token. */
export const newTokenText = (): string => `${newIdentifier('tk')}.${base32(randomBytes(32))}`;

/** Undefined for anything that is not a token's text. */
export const parseToken = (text: string): TokenParts | undefined => {
  const [, id, secret] = form.exec(text) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  return { id, secretSha256: sha256Hex(secret) };
};

export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Whether two texts of any length are equal, in a time that does not tell where they differ. */
export const equalInConstantTime = (left: string, right: string): boolean =>
  timingSafeEqual(
    createHash('sha256').update(left).digest(),
    createHash('sha256').update(right).digest(),
  );
