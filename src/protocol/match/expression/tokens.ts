import { ExpressionFault } from './fault.ts';

/** A word, a string with its value, or a sign; `at` and `end` are indexes in the expression. */
export type Token = {
  readonly type: 'word' | 'string' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
  readonly end: number;
};

/** Characters of one expression. */
export const expressionCharactersMax = 8192;

const signs = ['==', '!=', '(', ')', '[', ']', ',', '.'];

// What other languages write, and what it is here.
const foreign: readonly (readonly [RegExp, string])[] = [
  [/^(?:===)/, '=='],
  [/^(?:!==)/, '!='],
  [/^(?:&&?)/, 'and'],
  [/^(?:\|\|?)/, 'or'],
  [/^(?:=~|~=|~)/, '.matches("…")'],
  [/^(?:\^=)/, '.startsWith("…")'],
  [/^(?:\$=)/, '.endsWith("…")'],
  [/^(?:\*=)/, '.contains("…")'],
  [/^(?:=)(?!=)/, '=='],
  [/^(?:!)(?!=)/, 'not'],
  [/^[“”„«»‘’]/, '" or \''],
];

/** Cuts an expression into tokens; the last one is `end`. Throws `ExpressionFault`. */
export const tokensOf = (text: string): readonly Token[] => {
  if (text.length > expressionCharactersMax) {
    throw new ExpressionFault(`longer than ${expressionCharactersMax} characters`, 0);
  }
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at] as string)) at++;
    else {
      const token = tokenAt(text, at);
      tokens.push(token);
      at = token.end;
    }
  }
  return [...tokens, { type: 'end', text: '', at: text.length, end: text.length }];
};

const tokenAt = (text: string, at: number): Token => {
  const rest = text.slice(at, at + 40);
  const stranger = foreign.find(([form]) => form.test(rest));
  if (stranger !== undefined) {
    const [found = ''] = stranger[0].exec(rest) ?? [];
    throw new ExpressionFault(`${found} is not known here`, at, `write ${stranger[1]}`);
  }
  const sign = signs.find((one) => rest.startsWith(one));
  if (sign !== undefined) return { type: 'sign', text: sign, at, end: at + sign.length };
  const [word] = /^[A-Za-z_][A-Za-z0-9_-]*/.exec(rest) ?? [];
  if (word !== undefined) return { type: 'word', text: word, at, end: at + word.length };
  if (/^["'`]/.test(rest)) return stringAt(text, at);
  throw new ExpressionFault(
    `${Array.from(rest)[0]} means nothing here`,
    at,
    'values stand in quotes: "acme"',
  );
};

// A backslash says that the next quote or backslash is meant; between backquotes nothing does.
const stringAt = (text: string, at: number): Token => {
  const quote = text[at] as string;
  let value = '';
  for (let next = at + 1; next < text.length; next++) {
    const character = text[next] as string;
    if (character === quote) return { type: 'string', text: value, at, end: next + 1 };
    if (character !== '\\' || quote === '`') value += character;
    else value += escaped(text, ++next);
  }
  throw new ExpressionFault('this string is never closed', at, `end it with ${quote}`);
};

const escaped = (text: string, at: number): string => {
  const character = text[at];
  if (character === '"' || character === "'" || character === '\\') return character;
  throw new ExpressionFault(
    `\\${character ?? ''} means nothing in a string`,
    at - 1,
    `write \\\\${character ?? ''}, or put the string between backquotes: \`…\``,
  );
};
