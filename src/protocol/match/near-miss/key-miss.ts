import { createHash } from 'node:crypto';
import { keyBaggageMember, keyHeader } from '../../../propagation/key.ts';
import { fieldName } from '../../http1/fields.ts';
import type { NearMissReason } from '../../near-miss.ts';
import { isCut, whyNoKey } from '../explain/key.ts';
import { isKeyForm } from '../key-form.ts';
import { textOf } from '../octets.ts';
import type { RequestFields } from '../request-fields.ts';
import { shortHash } from '../short-hash.ts';

/**
 * A key that took a request nowhere. `owner`: it is one that somebody has here, but it does not
 * stand where or as it must. Else nobody here has it, and all that can be said is what it looks like.
 */
export type KeyMiss<Owner> = {
  readonly reason: NearMissReason;
  readonly owner?: Owner;
  readonly carrier?: 'header' | 'baggage';
  /** `#` and six digits of the key's SHA-256. */
  readonly value?: string;
  /** How long it is when it has not the form of a key. */
  readonly characters?: number;
  /** When it has. */
  readonly keySha256?: string;
};

const header = fieldName(keyHeader);
const baggage = fieldName('baggage');
const ownMember = new RegExp(
  `(?:^|,)[ \\t]*${keyBaggageMember}[ \\t]*=[ \\t]*([a-z2-7]{26})?`,
  'g',
);
const shownCharactersMax = 256;
/** Texts of one request that are looked up: each costs a hash. */
const hashesMax = 32;

/**
 * What became of the key of a request that no rule took. `key` is its effective key, `ownerOf` who
 * has the key with that SHA-256 (lower-case hex) here. Undefined when there is nothing to tell.
 */
export const keyMissOf = <Owner>(
  fields: RequestFields,
  key: string | undefined,
  ownerOf: (keySha256: string) => Owner | undefined,
): KeyMiss<Owner> | undefined => {
  let owner: Owner | undefined;
  let hashes = 0;
  // The first text that is somebody's key decides; what can't be a key is not worth a hash.
  const isIt = (text: string): boolean => {
    if (owner !== undefined || !isKeyForm(text) || ++hashes > hashesMax) return false;
    owner = ownerOf(sha256(text));
    return owner !== undefined;
  };
  const [why] = whyNoKey(fields, key, isIt);
  if (owner !== undefined && why !== undefined) return { reason: why.code, owner };
  const text = fields.valueOf(baggage);
  if (key === undefined)
    return isCut(text) ? beyondTheCut(text ?? '', isIt, () => owner) : undefined;
  const carrier = fields.linesOf(header) > 0 ? 'header' : 'baggage';
  const seen = { carrier, value: shortHash(key.slice(0, shownCharactersMax)) } as const;
  return isKeyForm(key)
    ? { reason: 'other_value', ...seen, keySha256: sha256(key) }
    : { reason: 'malformed', ...seen, characters: textOf(key).length };
};

// Behind what is read of baggage nothing counts, but its owner will want to know.
const beyondTheCut = <Owner>(
  text: string,
  isIt: (text: string) => boolean,
  owner: () => Owner | undefined,
): KeyMiss<Owner> | undefined => {
  const found = [...text.matchAll(ownMember)];
  if (found.length === 0) return undefined;
  found.some(([, key]) => key !== undefined && isIt(key));
  const known = owner();
  return {
    reason: 'truncated',
    carrier: 'baggage',
    ...(known === undefined ? {} : { owner: known }),
  };
};

const sha256 = (text: string): string => createHash('sha256').update(text, 'latin1').digest('hex');
