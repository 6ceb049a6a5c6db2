import { UserError } from '../../base/errors.ts';
import type { Predicate } from '../../protocol/match.ts';

/**
 * What one `--http-header` asks for. It is split at its first `=`, `~` or `:` and nowhere else.
 * Throws a usage error.
 */
export const parseHeader = (text: string): Predicate => {
  const at = text.search(/[=~:]/);
  const header = (at === -1 ? text : text.slice(0, at)).trim();
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(header)) throw noHeader(text, header);
  if (at === -1) return { header, present: true };
  const value = text.slice(at + 1);
  if (text[at] === '~') return { header, matches: value };
  return { header, equals: text[at] === ':' ? value.trim() : value };
};

const noHeader = (text: string, name: string): UserError => {
  const closest = name.replace(/[^!#$%&'*+\-.^_`|~0-9A-Za-z]+/g, '-');
  const rest = text.slice(text.indexOf(name) + name.length);
  return new UserError(`"${text}" names no header.`, {
    kind: 'usage',
    hint:
      closest === '' || closest === '-'
        ? "--http-header NAME=VALUE, 'NAME: VALUE', NAME~REGEX, NAME, or nothing for your key"
        : `A header's name has no blanks: --http-header ${closest}${rest}`,
  });
};
