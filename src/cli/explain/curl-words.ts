import { UserError } from '../../base/errors.ts';
import { type FlagKind, longFlag, shortFlag } from './curl-flags.ts';

/** A flag that says something about the request, by its long name; `url` for a bare argument. */
export type CurlOption = { readonly name: string; readonly value: string };

/**
 * Takes the words behind `curl` apart. Flags that are about the connection or the output are left
 * out. Throws a usage error that names an unknown flag, or one without its value.
 */
export const curlOptions = (words: readonly string[]): readonly CurlOption[] => {
  const options: CurlOption[] = [];
  let onlyUrls = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (onlyUrls || !word.startsWith('-') || word === '-') {
      options.push({ name: 'url', value: word });
    } else if (word === '--') onlyUrls = true;
    else {
      const { found, tookNext } = flagsIn(word, words[at + 1]);
      options.push(...found);
      if (tookNext) at += 1;
    }
  }
  return options;
};

type Flags = { readonly found: readonly CurlOption[]; readonly tookNext: boolean };

const flagsIn = (word: string, next: string | undefined): Flags => {
  if (!word.startsWith('--')) return shortFlagsIn(word, next);
  const name = word.slice(2);
  const kind = longFlag(name);
  if (kind === 'unknown') throw unknown(word);
  if (!takesValue(kind)) return { found: optionsOf(kind, name, ''), tookNext: false };
  if (next === undefined) throw withoutValue(word);
  return { found: optionsOf(kind, name, next), tookNext: true };
};

/** `-sSXPOST`: letters, until one takes the rest of the word, or the next word, as its value. */
const shortFlagsIn = (word: string, next: string | undefined): Flags => {
  const found: CurlOption[] = [];
  for (let at = 1; at < word.length; at++) {
    const { kind, name } = shortFlag(word[at] as string);
    if (kind === 'unknown') throw unknown(`-${name}`);
    if (!takesValue(kind)) found.push(...optionsOf(kind, name, ''));
    else {
      const rest = word.slice(at + 1);
      if (rest === '' && next === undefined) throw withoutValue(`-${word[at]}`);
      found.push(...optionsOf(kind, name, rest === '' ? (next as string) : rest));
      return { found, tookNext: rest === '' };
    }
  }
  return { found, tookNext: false };
};

const takesValue = (kind: FlagKind): boolean => kind === 'value' || kind === 'idle-value';

const optionsOf = (kind: FlagKind, name: string, value: string): readonly CurlOption[] =>
  kind === 'value' || kind === 'switch' ? [{ name, value }] : [];

const unknown = (flag: string): UserError =>
  new UserError(`${flag} is no flag of curl that is known here.`, {
    kind: 'usage',
    hint: 'Leave it out if it does not change the request’s head. Else: byway explain METHOD URL -H …',
  });

const withoutValue = (flag: string): UserError =>
  new UserError(`${flag} needs a value.`, { kind: 'usage', hint: `curl ${flag} VALUE URL` });
