import type { HeaderLine } from '../recorder/exchange.ts';
import { type ExportedRequest, hiddenIn, titleOf } from './exported-request.ts';
import { partsOf, variableOf } from './hidden.ts';

/** A string of JavaScript that is one wherever it stands. */
export const literal = (text: string): string =>
  JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');

/** An expression for a text; what is hidden is asked for by `secret('NAME')`. */
export const expression = (text: string): string => {
  const parts = partsOf(text).map((part) =>
    'hidden' in part ? `secret(${literal(variableOf(part.hidden))})` : literal(part.text),
  );
  return parts.length === 0 ? "''" : parts.join(' + ');
};

/** A member of an object literal; `__proto__` would be none. */
export const member = (name: string): string => `[${literal(name)}]`;

/** Comments that say what it is, and what has to be set. */
export const comments = (request: ExportedRequest): readonly string[] => [
  `// ${titleOf(request)}`,
  ...hiddenIn(request).map(({ variable, where }) => `// ${variable} is ${where}`),
];

/** Names in small letters, lines of one name joined. */
export const joinedHeaders = (headers: readonly HeaderLine[]): ReadonlyMap<string, string> => {
  const joined = new Map<string, string>();
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    const before = joined.get(lower);
    const between = lower === 'cookie' ? '; ' : ', ';
    joined.set(lower, before === undefined ? value : before + between + value);
  }
  return joined;
};

/** What stands behind the base in an address. */
export const pathExpression = ({ target }: ExportedRequest): string => {
  if (target.startsWith('/')) return expression(target);
  const absolute = URL.canParse(target) ? new URL(target) : undefined;
  return expression(absolute === undefined ? '/' : absolute.pathname + absolute.search);
};
