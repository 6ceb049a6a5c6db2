import { parseBaggage } from '../../../propagation/baggage.ts';
import { keyBaggageMember, keyHeader } from '../../../propagation/key.ts';
import type { Carrier } from '../../explanation.ts';
import { fieldName } from '../../http1/fields.ts';
import type { RequestFields } from '../request-fields.ts';

const header = fieldName(keyHeader);
const baggage = fieldName('baggage');

/** What a request has in the places where a key travels, each key by its two ends only. */
export const carriersOf = (request: Pick<RequestFields, 'valueOf'>): readonly Carrier[] => {
  const id = request.valueOf(header);
  const members = request.valueOf(baggage) ?? '';
  const key = parseBaggage(members).find((member) => member.key === keyBaggageMember)?.value;
  const note = memberNote(members, keyBaggageMember);
  return [
    { name: keyHeader, value: id === undefined ? null : twoEnds(id) },
    {
      name: `baggage ${keyBaggageMember}`,
      value: key === undefined ? null : twoEnds(key),
      ...(note === undefined ? {} : { note }),
      ...(id !== undefined && key !== undefined ? { note: `not read: ${keyHeader} is there` } : {}),
    },
  ];
};

/** Which member of a baggage header has that key: `2nd of 2 members, property p ignored`. */
export const memberNote = (header: string, name: string): string | undefined => {
  const members = parseBaggage(header);
  const at = members.findIndex(({ key }) => key === name);
  const found = members[at];
  if (found === undefined) return undefined;
  const notes = [
    ...(members.length > 1 ? [`${ordinal(at + 1)} of ${members.length} members`] : []),
    ...(found.properties === '' ? [] : [propertyNote(found.properties)]),
  ];
  return notes.length === 0 ? undefined : notes.join(', ');
};

const propertyNote = (properties: string): string => {
  const names = properties.split(';').map((one) => (one.split('=')[0] ?? '').trim());
  const shown = names.filter((name) => name !== '').slice(0, 3);
  return `${shown.length === 1 ? 'property' : 'properties'} ${shown.join(', ')} ignored`;
};

const ordinal = (place: number): string => {
  const tens = place % 100;
  const ending = tens > 10 && tens < 20 ? 'th' : (['th', 'st', 'nd', 'rd'][place % 10] ?? 'th');
  return `${place}${ending}`;
};

// A key may be compared by its ends, but not used.
const twoEnds = (key: string): string =>
  key.length < 12 ? '…' : `${key.slice(0, 4)}…${key.slice(-3)}`;
