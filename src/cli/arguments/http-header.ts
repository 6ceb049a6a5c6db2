import * as v from 'valibot';
import { UserError } from '../../base/errors.ts';
import { type Match, matchSchema, type Predicate } from '../../protocol/match.ts';
import { automatic, everything } from './header-words.ts';

/**
 * The rule that all `--http-header` flags of a command line ask for: the personal key without any
 * or with `auto`, else all headers together. Nothing is split but at the first `=`, `~` or `:`.
 */
export const parseHeaders = (headers: readonly string[]): Match => {
  const words = headers.filter((header) => header === automatic || header === everything);
  if (words.length > 0 && words.length < headers.length) {
    throw usage(`--http-header ${words[0]} can't be combined with other headers.`);
  }
  if (headers.includes(everything) && headers.includes(automatic)) {
    throw usage("--http-header all can't be combined with your key.");
  }
  if (headers.includes(everything)) return { all: [] };
  if (words.length === headers.length) return { key: 'personal' };
  const match = { all: headers.map(parseHeader) };
  const checked = v.safeParse(matchSchema, match);
  if (checked.success) return checked.output;
  throw usage(`That is no rule: ${checked.issues[0].message}.`);
};

const parseHeader = (text: string): Predicate => {
  const at = text.search(/[=~:]/);
  const header = (at === -1 ? text : text.slice(0, at)).trim();
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(header)) {
    throw usage(`"${text}" names no header.`);
  }
  if (at === -1) return { header, present: true };
  if (text[at] === '~') {
    throw usage(`Regular expressions (${header}~…) are not there yet.`);
  }
  const value = text.slice(at + 1);
  return { header, equals: text[at] === ':' ? value.trim() : value };
};

const usage = (message: string): UserError =>
  new UserError(message, {
    kind: 'usage',
    hint: "--http-header NAME=VALUE, 'NAME: VALUE', NAME, or nothing for your key",
  });
