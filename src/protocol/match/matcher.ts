import { effectiveKey, keyHeader } from '../propagation/key.ts';
import { type FieldName, fieldName } from './http1/fields.ts';
import type { Predicate } from './match.ts';
import type { RequestFields } from './request-fields.ts';

const keyHeaderName = fieldName(keyHeader);
const baggageName = fieldName('baggage');

/** The routing key that the fields carry, as UTF-8 text, or undefined. */
export const keyOf = (fields: RequestFields): string | undefined =>
  effectiveKey(fields.valueOf(keyHeaderName), fields.valueOf(baggageName));

/** Whether a request with these fields meets all predicates of a rule. */
export type Matcher = (fields: RequestFields) => boolean;

/** Compiles a rule's predicates once; the matcher allocates only for fields that a rule names. */
export const compileMatcher = (predicates: readonly Predicate[]): Matcher => {
  const tests = predicates.map(compilePredicate);
  return (fields) => tests.every((test) => test(fields));
};

const compilePredicate = (predicate: Predicate): Matcher => {
  const name = fieldName(predicate.header);
  if (!('equals' in predicate)) return (fields) => fields.linesOf(name) > 0;
  return equalsTest(name, predicate.equals);
};

// Octets are compared with the UTF-8 octets of the rule's value, so that bytes which are not
// UTF-8 can never equal a text by way of replacement characters.
const equalsTest = (name: FieldName, value: string): Matcher => {
  const expected = Buffer.from(value, 'utf8').toString('latin1');
  return (fields) => fields.valueOf(name) === expected;
};
