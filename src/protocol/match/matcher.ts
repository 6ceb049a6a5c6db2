import { effectiveKey, keyHeader } from '../../propagation/key.ts';
import { fieldName } from '../http1/fields.ts';
import type { Condition, Predicate } from '../match.ts';
import { octetsOf } from './octets.ts';
import { accepts, automatonOf } from './pattern/automaton.ts';
import { readPattern } from './pattern/read.ts';
import { type Parts, partsOf } from './predicate.ts';
import type { RequestReading } from './reading.ts';
import type { RequestFields } from './request-fields.ts';

const keyHeaderName = fieldName(keyHeader);
const baggageName = fieldName('baggage');

/** The routing key that the fields carry, as UTF-8 text, or undefined. */
export const keyOf = (fields: Pick<RequestFields, 'valueOf'>): string | undefined =>
  effectiveKey(fields.valueOf(keyHeaderName), fields.valueOf(baggageName));

/** Whether a request meets all conditions of a rule. */
export type Matcher = (reading: RequestReading) => boolean;

/**
 * Compiles a rule's conditions once; the matcher allocates only for what a rule names. Throws
 * `PatternFault` for a regular expression that can't be used.
 */
export const compileMatcher = (conditions: readonly Condition[]): Matcher => {
  const [only] = conditions;
  if (only !== undefined && conditions.length === 1) return compileCondition(only);
  return every(conditions.map(compileCondition));
};

const every =
  (tests: readonly Matcher[]): Matcher =>
  (reading) => {
    for (const test of tests) if (!test(reading)) return false;
    return true;
  };

const some =
  (tests: readonly Matcher[]): Matcher =>
  (reading) => {
    for (const test of tests) if (test(reading)) return true;
    return false;
  };

const compileCondition = (condition: Condition): Matcher => {
  if ('all' in condition) return compileMatcher(condition.all);
  if ('any' in condition) return some(condition.any.map(compileCondition));
  if ('not' in condition) {
    const test = compileCondition(condition.not);
    return (reading) => !test(reading);
  }
  return compilePredicate(condition);
};

const compilePredicate = (predicate: Predicate): Matcher => {
  const parts = partsOf(predicate);
  const read = compileReader(parts);
  if (parts.operator === 'present') return (reading) => read(reading) !== undefined;
  const test = compileTest(parts);
  return (reading) => {
    const value = read(reading);
    return value !== undefined && test(value);
  };
};

/** What a subject's value is in a request, as octets, or undefined. */
export type Reader = (reading: RequestReading) => string | undefined;

export const compileReader = ({ kind, name }: Pick<Parts, 'kind' | 'name'>): Reader => {
  switch (kind) {
    case 'header': {
      const field = fieldName(name);
      return (reading) => reading.request.valueOf(field);
    }
    case 'baggage':
      return (reading) => reading.baggage(name);
    case 'cookie':
      return (reading) => reading.cookie(name);
    case 'query': {
      const octets = octetsOf(name);
      return (reading) => reading.query(octets);
    }
    case 'path':
      return (reading) => reading.path();
    case 'method':
      return (reading) => reading.request.method;
    case 'host':
      return (reading) => reading.host();
    case 'grpc.service':
      return (reading) => reading.grpcService();
    case 'grpc.method':
      return (reading) => reading.grpcMethod();
  }
};

/** Whether a value, given as octets, is what the predicate asks for. */
export type ValueTest = (octets: string) => boolean;

// Octets are compared with the UTF-8 octets of the rule's value, so that bytes which are not
// UTF-8 can never equal a text by way of replacement characters.
export const compileTest = ({ kind, operator, value }: Omit<Parts, 'name'>): ValueTest => {
  if (operator === 'matches') {
    const automaton = automatonOf(readPattern(value, kind === 'host'));
    return (octets) => accepts(automaton, octets);
  }
  const wanted = octetsOf(kind === 'host' ? asciiLowerCase(value) : value);
  switch (operator) {
    case 'equals':
      return (octets) => octets === wanted;
    case 'prefix':
      return (octets) => octets.startsWith(wanted);
    case 'suffix':
      return (octets) => octets.endsWith(wanted);
    case 'contains':
      return (octets) => octets.includes(wanted);
    default:
      return () => true;
  }
};

const asciiLowerCase = (text: string): string =>
  text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
