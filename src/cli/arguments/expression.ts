import { UserError } from '../../base/errors.ts';
import { ExpressionFault } from '../../protocol/match/expression/fault.ts';
import { parseExpression } from '../../protocol/match/expression/parse.ts';
import type { Match } from '../../protocol/match.ts';

const shownMax = 60;

/** Reads the value of `--match`. Throws a usage error that points at the column. */
export const readExpression = (text: string): Match => {
  try {
    return parseExpression(text);
  } catch (error) {
    if (!(error instanceof ExpressionFault)) throw error;
    const { at, suggestion } = error;
    throw new UserError(`--match: ${error.message}, at column ${at + 1}.`, {
      kind: 'usage',
      cause: error,
      hint: [...pointed(text, at), ...(suggestion === undefined ? [] : [suggestion])].join('\n'),
    });
  }
};

/** The expression with a caret below the place; of a long one what is around it. */
const pointed = (text: string, at: number): readonly string[] => {
  const begin = Math.max(0, Math.min(at - shownMax / 2, text.length - shownMax));
  const shown = text.slice(begin, begin + shownMax).replace(/\s/g, ' ');
  const before = begin > 0 ? '…' : '';
  const after = begin + shownMax < text.length ? '…' : '';
  return [`${before}${shown}${after}`, `${' '.repeat(at - begin + before.length)}^`];
};
