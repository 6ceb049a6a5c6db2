import { parseBaggage } from '../../../propagation/baggage.ts';
import { fieldName } from '../../http1/fields.ts';
import type { Parts } from '../predicate.ts';
import type { RequestReading } from '../reading.ts';
import { subjectInWords } from '../sentence.ts';
import { isCut, truncated } from './key.ts';
import { type Reason, reason } from './reason.ts';

const baggage = fieldName('baggage');
const cookie = fieldName('cookie');
const tracestate = fieldName('tracestate');

/** Why what a predicate looks at is not there. */
export const whyAbsent = (parts: Parts, reading: RequestReading): readonly Reason[] => {
  const special = specialReasons(parts, reading);
  return special.length > 0
    ? special
    : [reason('absent', `the request has no ${subjectInWords(parts)}`)];
};

const specialReasons = (parts: Parts, reading: RequestReading): readonly Reason[] => {
  switch (parts.kind) {
    case 'baggage':
      return baggageReasons(parts.name, reading);
    case 'cookie':
      return otherCase(parts.name, namesIn(reading.request.valueOf(cookie), /;/));
    case 'query':
      return queryReasons(parts.name, reading);
    case 'grpc.service':
    case 'grpc.method':
      return [
        reason('not_grpc', 'not gRPC: content-type application/grpc and path /SERVICE/METHOD'),
      ];
    default:
      return [];
  }
};

const baggageReasons = (key: string, { request }: RequestReading): readonly Reason[] => {
  const text = request.valueOf(baggage);
  const members = parseBaggage(text ?? '');
  const inProperty = members.some(({ properties }) => namesIn(properties, /;/).includes(key));
  return [
    ...otherCase(
      key,
      members.map((member) => member.key),
    ),
    ...(namesIn(request.valueOf(tracestate), /,/).includes(key)
      ? [reason('in_tracestate', `${key} is in tracestate; only baggage is read`)]
      : []),
    ...(inProperty
      ? [reason('in_property', `${key} is a property of another member, not a member`)]
      : []),
    ...(isCut(text) ? [truncated] : []),
  ];
};

const queryReasons = (name: string, { request }: RequestReading): readonly Reason[] => {
  const query = request.target.slice(request.target.indexOf('?') + 1);
  const names = namesIn(query, /&/);
  const isMalformed = names.includes(name);
  return [
    ...otherCase(name, names),
    ...(isMalformed ? [reason('malformed', `${name} has a "%" without two digits`)] : []),
  ];
};

const otherCase = (name: string, names: readonly string[]): readonly Reason[] =>
  names.some((one) => one !== name && one.toLowerCase() === name.toLowerCase())
    ? [reason('name_case', `${name} is there in other letters; names are case-sensitive`)]
    : [];

const namesIn = (text: string | undefined, separator: RegExp): readonly string[] =>
  (text ?? '').split(separator).map((pair) => (pair.split('=')[0] ?? '').trim());
