import { UserError } from '../../../base/errors.ts';
import { redactionRuleCharactersMax } from '../limits.ts';
import type { JsonPath } from './json-text.ts';

/** `any`: one element or member; `deep`: any number of them. */
type Segment = string | number | { readonly wild: 'any' | 'deep' };

/** A place in JSON documents: `$.user.email`, `$.items[*].price`, `$..password`. */
export type JsonRule = { readonly text: string; readonly segments: readonly Segment[] };

const form =
  /^\.\.(?=[^.[])|^\.\*|^\[\*\]|^\[(\d{1,9})\]|^\['([^']*)'\]|^\.([^.[\]*]+)|^([^.[\]*]+)/;

/** Reads a place as a user writes it. Throws a `UserError` of kind `usage`. */
export const readJsonRule = (text: string): JsonRule => {
  const segments: Segment[] = [];
  let rest = text.startsWith('$') ? text.slice(1) : `.${text}`;
  let afterDeep = false;
  while (rest !== '' && text.length <= redactionRuleCharactersMax) {
    const [found, number, quoted, dotted, bare] = form.exec(rest) ?? [];
    if (found === undefined || (bare !== undefined && !afterDeep)) break;
    afterDeep = found === '..';
    segments.push(segmentOf(found, number, quoted ?? dotted ?? bare));
    rest = rest.slice(found.length);
  }
  if (rest === '' && segments.length > 0) return { text, segments };
  throw new UserError(`"${text.slice(0, 80)}" is no place in a JSON document.`, {
    kind: 'usage',
    hint: "Such as   $.user.email   $.items[*].price   $['two words']   $..password",
  });
};

const segmentOf = (
  found: string,
  number: string | undefined,
  name: string | undefined,
): Segment => {
  if (name !== undefined) return name;
  if (number !== undefined) return Number(number);
  return { wild: found === '..' ? 'deep' : 'any' };
};

/** Whether a value stands at that place, or inside of it. */
export const isAt = ({ segments }: JsonRule, path: JsonPath): boolean =>
  matches(segments, 0, path, 0);

const matches = (
  segments: readonly Segment[],
  segment: number,
  path: JsonPath,
  at: number,
): boolean => {
  const wanted = segments[segment];
  if (wanted === undefined) return true;
  if (typeof wanted === 'object' && wanted.wild === 'deep') {
    for (let from = at; from < path.length; from++) {
      if (matches(segments, segment + 1, path, from)) return true;
    }
    return false;
  }
  const found = path[at];
  if (found === undefined) return false;
  const same = typeof wanted === 'object' || String(wanted) === String(found);
  return same && matches(segments, segment + 1, path, at + 1);
};
