import {
  baggageCharactersMax,
  baggageMembersMax,
  parseBaggage,
} from '../../../propagation/baggage.ts';
import { keyBaggageMember, keyHeader } from '../../../propagation/key.ts';
import { fieldName } from '../../http1/fields.ts';
import type { RequestFields } from '../request-fields.ts';
import { type Reason, reason } from './reason.ts';

const header = fieldName(keyHeader);
const baggage = fieldName('baggage');
const cookie = fieldName('cookie');
const tracestate = fieldName('tracestate');

/**
 * Why a request does not carry a key. `key` is the one that it carries, `isIt` whether a text is
 * the one that is looked for.
 */
export const whyNoKey = (
  request: RequestFields,
  key: string | undefined,
  isIt: (text: string) => boolean,
): readonly Reason[] => {
  const members = parseBaggage(request.valueOf(baggage) ?? '');
  const keys = members.filter((member) => member.key === keyBaggageMember);
  const found: readonly (readonly [boolean, Reason])[] = [
    [
      request.linesOf(header) > 0 && keys.some(({ value }) => isIt(value)),
      reason('hidden_by_header', `the key is in baggage, but ${keyHeader} goes before it`),
    ],
    [
      keys.slice(1).some(({ value }) => isIt(value)),
      reason('not_first', `baggage has several members ${keyBaggageMember}; the first counts`),
    ],
    [
      request.linesOf(header) > 1 && partsOf(key ?? '').some(isIt),
      reason('several_lines', `${keyHeader} is there in several lines, which are one value`),
    ],
    [
      key !== undefined && isIt(key.toLowerCase()),
      reason('wrong_case', 'the key has capital letters; keys have none'),
    ],
    [
      key !== undefined && isIt(key.replace(/^[\s"']+|[\s"']+$/g, '')),
      reason('blanks', 'the key has quotes or blanks around it'),
    ],
    [
      pairsOf(request.valueOf(tracestate)).some(isIt),
      reason('in_tracestate', 'the key is in tracestate; it is read from baggage only'),
    ],
    [
      members.some(({ properties }) => pairsOf(properties).some(isIt)),
      reason('in_property', 'the key is a property of another baggage member'),
    ],
    [
      members.some((member) => member.key !== keyBaggageMember && isIt(member.value)),
      reason('name_case', `the key is in another baggage member; it must be ${keyBaggageMember}`),
    ],
    [
      wrongCarriers(request).some(isIt),
      reason(
        'wrong_carrier',
        `the key is where nobody reads it; it is read from ${keyHeader} and baggage ${keyBaggageMember}`,
      ),
    ],
    [isCut(request.valueOf(baggage)), truncated],
  ];
  const reasons = found.flatMap(([is, why]) => (is ? [why] : []));
  if (reasons.length > 0) return reasons;
  return key === undefined
    ? [reason('absent', `neither ${keyHeader} nor baggage ${keyBaggageMember} is there`)]
    : [reason('other_value', 'the request carries another key')];
};

/** Baggage that is longer than anybody has to carry is read only up to there. */
export const truncated: Reason = reason(
  'truncated',
  `baggage is longer than ${baggageCharactersMax} bytes or ${baggageMembersMax} members; the rest is not read`,
);

export const isCut = (value: string | undefined): boolean =>
  value !== undefined &&
  (value.length > baggageCharactersMax || value.split(',').length > baggageMembersMax);

const otherHeaders = ['byway-id', 'byway', 'x-byway', 'x-byway-key', 'x-byway-ids'].map(fieldName);
const otherNames = [keyHeader, keyBaggageMember, 'byway-id', 'byway_id'];

/** Values of headers, cookies and parameters that a user may take for a carrier of the key. */
const wrongCarriers = (request: RequestFields): readonly string[] => {
  const query = request.target.slice(request.target.indexOf('?') + 1);
  const pairs = [...query.split('&'), ...(request.valueOf(cookie) ?? '').split(';')];
  const named = pairs.flatMap((pair) => {
    const [name = '', value = ''] = pair.trim().split('=', 2);
    return otherNames.includes(name.toLowerCase()) ? [value] : [];
  });
  return [...named, ...otherHeaders.flatMap((name) => request.valueOf(name) ?? [])];
};

const partsOf = (joined: string): readonly string[] => joined.split(', ');

/** The values of `a=1,b=2` and `a=1;b=2`. */
const pairsOf = (text: string | undefined): readonly string[] =>
  (text ?? '').split(/[,;]/).map((pair) => pair.slice(pair.indexOf('=') + 1).trim());
