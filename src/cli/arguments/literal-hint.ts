import { partsOf, predicatesIn } from '../../protocol/match/predicate.ts';
import type { Match } from '../../protocol/match.ts';
import { plain } from '../wording/plain.ts';

// What hardly anyone means as it stands: anything, any of a class, anchors, alternatives.
const looksLikePattern = /\.[*+]|\[[^\]]+\]|^\^|\$$|\([^)]*\|[^)]*\)|\\[dws.]/;

/** What to say about values that look like regular expressions but are compared as they stand. */
export const literalHints = ({ all = [] }: Match): readonly string[] =>
  predicatesIn({ all }).flatMap((predicate) => {
    const { kind, name, operator, value } = partsOf(predicate);
    if (operator !== 'equals' || !looksLikePattern.test(value)) return [];
    const shown = plain(value);
    const flag =
      kind === 'header' ? `--http-header '${name}~${shown}'` : `--match with .matches("${shown}")`;
    return [`"${shown}" is compared as it stands. For a regular expression: ${flag}`];
  });
