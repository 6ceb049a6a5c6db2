import { keyBaggageMember, keyHeader } from '../propagation/key.ts';
import { type Parts, partsOf, predicatesIn } from './match/predicate.ts';
import { subjectInWords } from './match/sentence.ts';
import type { Match } from './match.ts';
import type { NearMiss, NearMissReason } from './near-miss.ts';
import type { Sighting } from './sighting.ts';

type Words = Pick<NearMiss, 'detail' | 'advice'>;
type Seen = Pick<Sighting, 'predicate' | 'reason' | 'carrier' | 'characters' | 'path' | 'method'>;

const keyCharacters = 26;

/**
 * What kept a request from a rule and what its owner may do about it, in English, from the rule
 * and the words of closed sets that an agent reports. Undefined for a predicate that it has not.
 */
export const nearMissWords = (match: Match, seen: Seen): Words | undefined => {
  if (seen.predicate === undefined) return keyWords(seen);
  const predicate = predicatesIn({ all: match.all ?? [] })[seen.predicate];
  return predicate === undefined ? undefined : predicateWords(partsOf(predicate), seen);
};

const sendIt = 'Send your key: byway curl URL';
const inPlace = `The key belongs into header ${keyHeader}, or into baggage as ${keyBaggageMember}=KEY.`;

const keyDetails: Partial<Readonly<Record<NearMissReason, readonly [string, string]>>> = {
  wrong_case: ['your key had capital letters', 'Send it in small letters: byway curl URL'],
  name_case: [`your key was in a baggage member not called "${keyBaggageMember}"`, inPlace],
  blanks: ['your key had quotes or blanks around it', 'Send it without them: byway curl URL'],
  several_lines: [
    `${keyHeader} was there twice`,
    'Something on the way adds it again; it must be there once.',
  ],
  not_first: [
    `baggage had "${keyBaggageMember}" twice, and yours was not the first`,
    'The first member counts; see what puts the other one in.',
  ],
  truncated: [
    'baggage was too long, and your key was behind the end of what is read',
    'Only 8192 bytes and 180 members are read; put your key first, or into the header.',
  ],
  in_tracestate: [
    'your key was in tracestate, but not in baggage',
    'Send it in baggage; a service that drops it needs OTEL_PROPAGATORS="tracecontext,baggage".',
  ],
  in_property: ['your key was a property of another baggage member', inPlace],
  hidden_by_header: [
    `your key was in baggage, but ${keyHeader} had another value and goes before it`,
    'See what sets the header; without it the baggage counts.',
  ],
  wrong_carrier: ['your key was in a header, cookie or parameter that nobody reads', inPlace],
  former_key: ['it carried the key that you had before you rotated it', sendIt],
  others_key: [
    "it carried another user's key",
    'A general rule passes such requests over; send it without a key, or with yours.',
  ],
};

const keyWords = ({ reason, carrier, characters }: Seen): Words => {
  const where = carrier === 'baggage' ? `baggage "${keyBaggageMember}"` : keyHeader;
  if (reason === 'malformed' && characters !== undefined) {
    const what =
      characters === keyCharacters
        ? 'a key has only small letters and the digits 2 to 7'
        : `it had ${characters} characters, a key has ${keyCharacters}`;
    return { detail: `${where} was no key: ${what}`, advice: `Send the whole key: byway curl URL` };
  }
  const [detail, advice] = keyDetails[reason] ?? [`${where} had another value`, sendIt];
  return { detail, advice };
};

const details: Readonly<Record<NearMissReason, (what: string) => string>> = {
  absent: (what) => `${what} was not there`,
  other_value: (what) => `${what} had another value`,
  wrong_case: (what) => `${what} differed in capital and small letters only`,
  name_case: (what) => `${what} was there in other letters`,
  blanks: (what) => `${what} had blanks around it`,
  several_lines: (what) => `${what} was there in several lines`,
  not_first: (what) => `${what} was there more than once, and the first was another`,
  truncated: () => 'baggage was longer than what is read',
  in_tracestate: (what) => `${what} was in tracestate, but not in baggage`,
  in_property: (what) => `${what} was only a property of another member`,
  hidden_by_header: (what) => `${what} was hidden by a header`,
  part_only: (what) => `${what} matched in part only`,
  taken_literally: (what) => `${what} matched only as a regular expression`,
  encoded: (what) => `${what} was percent-encoded`,
  trailing_slash: (what) => `${what} differed in its last slash only`,
  malformed: (what) => `${what} had a "%" without two digits`,
  not_utf8: (what) => `${what} was not UTF-8`,
  not_grpc: () => 'it was not gRPC',
  excluded: (what) => `${what} is one that your filter leaves out`,
  wrong_carrier: (what) => `${what} was where nobody reads it`,
  former_key: (what) => `${what} had a former value`,
  others_key: () => "it carried another user's key",
};

const hints: Partial<Readonly<Record<NearMissReason, string>>> = {
  wrong_case: 'Values and names are case-sensitive; send it as the filter has it.',
  name_case: 'Names are case-sensitive; send it as the filter has it.',
  several_lines: 'Several lines are one value, joined with ", "; send it once.',
  not_first: 'Of duplicates the first counts; see what puts the other one in.',
  truncated: 'Only 8192 bytes and 180 members of baggage are read.',
  in_tracestate: 'Only baggage is read; OTEL_PROPAGATORS="tracecontext,baggage" carries it on.',
  in_property: 'Send it as a member of its own.',
  part_only: 'A regular expression must match the whole value: add .* where more may stand.',
  taken_literally: 'A value after "=" is compared as it stands; NAME~REGEX is an expression.',
  encoded: 'It is compared as it is sent; write the filter as the client sends it.',
  blanks: 'Send it without blanks.',
};

const predicateWords = (parts: Parts, { reason, path, method }: Seen): Words => {
  const shown = { path, method }[parts.kind as string];
  const isPlace = shown !== undefined && (reason === 'other_value' || reason === 'excluded');
  const what = shown === undefined ? subjectInWords(parts) : `${parts.kind} ${shown}`;
  const detail =
    isPlace && reason === 'other_value' ? `${what} is not in your filter` : details[reason](what);
  return { detail, advice: hints[reason] ?? changeFilter(parts) };
};

const flags: Partial<Readonly<Record<Parts['kind'], string>>> = {
  header: '--http-header',
  baggage: '--baggage',
  path: '--http-path-prefix',
  query: '--http-query',
  method: '--http-method',
};

const changeFilter = ({ kind }: Parts): string =>
  `To take it too, start again with another ${flags[kind] ?? '--match'}, or without it.`;
