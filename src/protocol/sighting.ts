import * as v from 'valibot';
import {
  type NearMissReason,
  nearMissAgeMs,
  nearMissMethodCharactersMax,
  nearMissPathCharactersMax,
  nearMissReasons,
  valueHashSchema,
} from './near-miss.ts';

/**
 * A near miss as an agent reports it: numbers and words of closed sets beside method and path, so
 * that no text of an agent's own ever reaches a user.
 */
export type Sighting = {
  /** Grows within one life of the agent. */
  readonly number: number;
  readonly agoMs: number;
  readonly port: number;
  /** Absent: it carries a key that no rule of the port has, whoever's it is. */
  readonly rule?: string;
  /** Which of the rule's predicates, in the order of `predicatesIn`; absent for the key. */
  readonly predicate?: number;
  readonly method: string;
  readonly path: string;
  readonly reason: NearMissReason;
  /** `#` and six digits of the SHA-256 of the value. */
  readonly value?: string;
  /** Where the key was. */
  readonly carrier?: 'header' | 'baggage';
  /** How long a key of the wrong form was. */
  readonly characters?: number;
  /** Of a key that no rule has, in lower-case hex: its owner may be known to the manager. */
  readonly keySha256?: string;
};

/** Sightings in one report, so that it stays far below what the manager reads. */
export const sightingsPerReportMax = 24;

const natural = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const sightingSchema: v.GenericSchema<unknown, Sighting> = v.strictObject({
  number: natural,
  agoMs: v.pipe(natural, v.maxValue(nearMissAgeMs)),
  port: v.pipe(natural, v.maxValue(65_535)),
  rule: v.exactOptional(v.pipe(v.string(), v.regex(/^ic_[0-9a-z]{26}$/))),
  predicate: v.exactOptional(v.pipe(natural, v.maxValue(63))),
  method: v.pipe(v.string(), v.maxLength(nearMissMethodCharactersMax), v.regex(/^[!-~]*$/)),
  path: v.pipe(v.string(), v.maxLength(nearMissPathCharactersMax)),
  reason: v.picklist(nearMissReasons),
  value: v.exactOptional(valueHashSchema),
  carrier: v.exactOptional(v.picklist(['header', 'baggage'])),
  characters: v.exactOptional(v.pipe(natural, v.maxValue(100_000))),
  keySha256: v.exactOptional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
});
