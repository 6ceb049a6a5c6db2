import { parseBaggage } from '../../../propagation/baggage.ts';
import { fieldName } from '../../http1/fields.ts';
import type { Predicate } from '../../match.ts';
import { compileTest, type ValueTest } from '../matcher.ts';
import { percentDecoded, textOf } from '../octets.ts';
import { PatternFault } from '../pattern/fault.ts';
import { type Parts, partsOf } from '../predicate.ts';
import type { RequestReading } from '../reading.ts';
import { subjectInWords } from '../sentence.ts';
import { type Reason, type ReasonCode, reason } from './reason.ts';
import { whyAbsent } from './why-absent.ts';

const baggage = fieldName('baggage');
const cookie = fieldName('cookie');

/** Why a predicate is not met by a request that has this value for it; the likeliest first. */
export const whyNot = (
  predicate: Predicate,
  reading: RequestReading,
  value: string | undefined,
): readonly Reason[] => {
  const parts = partsOf(predicate);
  if (value === undefined) return whyAbsent(parts, reading);
  const test = compileTest(parts);
  const what = subjectInWords(parts);
  const found = checks.filter(([, , is]) => is({ parts, reading, value, test }));
  if (found.length > 0) return found.map(([code, text]) => reason(code, text(what)));
  return [reason('other_value', `${what} has another value`)];
};

type Case = {
  readonly parts: Parts;
  readonly reading: RequestReading;
  readonly value: string;
  readonly test: ValueTest;
};

type Check = readonly [ReasonCode, (what: string) => string, (of: Case) => boolean];

const checks: readonly Check[] = [
  [
    'several_lines',
    (what) => `${what} is there in several lines, which are one value joined with ", "`,
    ({ parts, reading, value, test }) =>
      parts.kind === 'header' &&
      reading.request.linesOf(fieldName(parts.name)) > 1 &&
      value.split(', ').some(test),
  ],
  [
    'not_first',
    (what) => `${what} is there more than once; the first counts`,
    ({ parts, reading, test }) => laterValues(parts, reading).some(test),
  ],
  [
    'wrong_case',
    (what) => `${what} differs in capital and small letters only`,
    ({ parts, value }) => attempt({ ...parts, value: lowerCase(parts) }, value.toLowerCase()),
  ],
  ['blanks', (what) => `${what} has blanks around it`, ({ value, test }) => test(value.trim())],
  [
    'trailing_slash',
    (what) => `${what} differs in its last slash only`,
    ({ parts, value, test }) =>
      parts.kind === 'path' && (test(`${value}/`) || test(value.replace(/\/$/, ''))),
  ],
  [
    'encoded',
    (what) => `${what} is percent-encoded, and is compared as it is sent`,
    ({ parts, value, test }) =>
      ['path', 'header', 'cookie'].includes(parts.kind) && test(percentDecoded(value)),
  ],
  [
    'part_only',
    (what) => `a part of ${what} matches, but the whole value must`,
    ({ parts, value }) =>
      parts.operator === 'matches' &&
      attempt({ ...parts, value: `(?s:.*)(?:${parts.value})(?s:.*)` }, value),
  ],
  [
    'taken_literally',
    (what) => `${what} is compared as it stands; for a regular expression use matches`,
    ({ parts, value }) =>
      parts.operator === 'equals' && attempt({ ...parts, operator: 'matches' }, value),
  ],
  [
    'not_utf8',
    (what) => `${what} is not UTF-8`,
    ({ value }) => textOf(value).includes('\ufffd') && !value.includes('\xef\xbf\xbd'),
  ],
];

// A pattern's classes and escapes mean something else in small letters.
const lowerCase = ({ operator, value }: Parts): string =>
  operator === 'matches' ? `(?i:${value})` : value.toLowerCase();

/** The test of changed parts; false where a changed pattern is none. */
const attempt = (parts: Parts, value: string): boolean => {
  try {
    return compileTest(parts)(value);
  } catch (error) {
    if (error instanceof PatternFault) return false;
    throw error;
  }
};

const laterValues = ({ kind, name }: Parts, { request }: RequestReading): readonly string[] => {
  if (kind === 'baggage') {
    return parseBaggage(request.valueOf(baggage) ?? '')
      .filter(({ key }) => key === name)
      .slice(1)
      .map(({ written }) => percentDecoded(written));
  }
  if (kind === 'cookie') return pairsNamed(name, request.valueOf(cookie) ?? '', ';');
  if (kind !== 'query') return [];
  const query = request.target.slice(request.target.indexOf('?') + 1);
  return pairsNamed(name, query, '&').map(percentDecoded);
};

const pairsNamed = (name: string, text: string, separator: string): readonly string[] =>
  text
    .split(separator)
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .slice(1)
    .map((pair) => pair.slice(name.length + 1));
