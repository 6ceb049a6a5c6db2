import { partsOf, predicatesIn } from '../../protocol/match/predicate.ts';
import type { Match, Predicate } from '../../protocol/match.ts';
import { plain } from '../wording/plain.ts';

// What hardly anyone means as it stands: anything, any of a class, anchors, alternatives.
const looksLikePattern = /\.[*+]|\[[^\]]+\]|^\^|\$$|\([^)]*\|[^)]*\)|\\[dws.]/;

/**
 * What to say about values that look like regular expressions but are compared as they stand, and
 * about operators of other languages that became a part of the value or name.
 */
export const literalHints = ({ all = [] }: Match): readonly string[] =>
  predicatesIn({ all }).flatMap((predicate) => {
    const { kind, name, operator, value } = partsOf(predicate);
    const meant = kind === 'header' ? operatorHint(predicate) : undefined;
    if (meant !== undefined) return [meant];
    if (operator !== 'equals' || !looksLikePattern.test(value)) return [];
    const shown = plain(value);
    const flag =
      kind === 'header' ? `--http-header '${name}~${shown}'` : `--match with .matches("${shown}")`;
    return [`"${shown}" is compared as it stands. For a regular expression: ${flag}`];
  });

/** `NAME==VALUE`, `NAME=~REGEX` and `NAME!=VALUE` of `--http-header`, which mean something else here. */
const operatorHint = (predicate: Predicate): string | undefined => {
  const { name, operator, value } = partsOf(predicate);
  if (operator !== 'equals') return undefined;
  const shown = plain(value);
  const rest = shown.slice(1).trim();
  if (name.endsWith('!')) {
    const without = name.slice(0, -1);
    return `"${name}" is taken for the name. For not equal: --match 'header("${without}") != "${shown}"'`;
  }
  if (value.startsWith('=')) {
    return `"${shown}" is compared, its = too. For equal: --http-header '${name}=${rest}'`;
  }
  if (value.startsWith('~')) {
    return `"${shown}" is compared, its ~ too. For a regular expression: --http-header '${name}~${rest}'`;
  }
  return undefined;
};
