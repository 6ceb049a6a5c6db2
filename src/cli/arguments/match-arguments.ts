import * as v from 'valibot';
import { UserError } from '../../base/errors.ts';
import { printCondition } from '../../protocol/match/expression/print.ts';
import { compileMatcher } from '../../protocol/match/matcher.ts';
import { PatternFault } from '../../protocol/match/pattern/fault.ts';
import { predicatesIn } from '../../protocol/match/predicate.ts';
import { simplify } from '../../protocol/match/simplify.ts';
import { type Condition, type Match, matchSchema, type Place } from '../../protocol/match.ts';
import { readExpression } from './expression.ts';
import { automatic, everything } from './header-words.ts';
import { parseHeader } from './http-header.ts';

/** The flags of `byway intercept` that say which requests it takes, as commander reads them. */
export type MatchArguments = {
  readonly httpHeader?: readonly string[] | undefined;
  readonly httpPathEqual?: string | undefined;
  readonly httpPathPrefix?: string | undefined;
  readonly httpPathRegex?: string | undefined;
  readonly httpMethod?: string | undefined;
  readonly httpQuery?: readonly string[] | undefined;
  readonly baggage?: readonly string[] | undefined;
  readonly match?: string | undefined;
};

/**
 * The rule that all flags together ask for: each must hold. Without `--http-header`, `--baggage`
 * and `--match` it is the personal key, narrowed by the others. Throws a usage error.
 */
export const readMatch = (given: MatchArguments): Match => {
  const { httpHeader: headers = [], baggage = [], match: expression } = given;
  const words = headers.filter(isWord);
  assertWords(words, headers);
  const said: Match = expression === undefined ? { all: [] } : readExpression(expression);
  const all = simplify([
    ...headers.filter((header) => !isWord(header)).map(parseHeader),
    ...places(given),
    ...(given.httpQuery ?? []).map((text) => parsePair('--http-query', 'query', text)),
    ...baggage.map((text) => parsePair('--baggage', 'baggage', text)),
    ...(said.all ?? []),
  ]);
  const isGeneral = headers.length > 0 || baggage.length > 0 || expression !== undefined;
  const hasKey = words.includes(automatic) || 'key' in said || !isGeneral;
  return checked(
    hasKey ? (all.length === 0 ? { key: 'personal' } : { key: 'personal', all }) : { all },
  );
};

const isWord = (header: string): boolean => header === automatic || header === everything;

const assertWords = (words: readonly string[], headers: readonly string[]): void => {
  if (words.includes(everything) && words.includes(automatic)) {
    throw usage("--http-header all can't be combined with your key.");
  }
  if (words.length > 0 && words.length < headers.length) {
    throw usage(`--http-header ${words[0]} can't be combined with other headers.`);
  }
};

const places = (given: MatchArguments): readonly Condition[] => {
  const on = (place: Place, operator: string, value: string | undefined): readonly Condition[] =>
    value === undefined ? [] : [{ on: place, [operator]: value } as Condition];
  return [
    ...on('path', 'equals', pathOf('--http-path-equal', given.httpPathEqual)),
    ...on('path', 'prefix', pathOf('--http-path-prefix', given.httpPathPrefix)),
    ...on('path', 'matches', given.httpPathRegex),
    ...on('method', 'equals', given.httpMethod?.toUpperCase()),
  ];
};

const pathOf = (flag: string, path: string | undefined): string | undefined => {
  if (path === undefined || (path.startsWith('/') && !path.includes('?'))) return path;
  if (path.includes('?')) {
    throw new UserError(`${flag} takes the path before "?", not "${path}".`, {
      kind: 'usage',
      hint: '--http-query NAME=VALUE for what follows it',
    });
  }
  throw new UserError(`${flag} takes a path from its first slash on, not "${path}".`, {
    kind: 'usage',
    hint: `${flag} /${path}`,
  });
};

const parsePair = (flag: string, kind: 'query' | 'baggage', text: string): Condition => {
  const at = text.indexOf('=');
  const name = (at === -1 ? text : text.slice(0, at)).trim();
  if (name === '') throw usage(`${flag} ${text} names nothing.`, `${flag} NAME=VALUE`);
  const operation = at === -1 ? { present: true as const } : { equals: text.slice(at + 1) };
  return kind === 'query' ? { query: name, ...operation } : { baggage: name, ...operation };
};

const checked = (match: Match): Match => {
  const result = v.safeParse(matchSchema, match);
  if (!result.success) throw usage(`That is no rule: ${result.issues[0].message}.`);
  for (const predicate of predicatesIn({ all: match.all ?? [] })) {
    try {
      compileMatcher([predicate]);
    } catch (error) {
      if (!(error instanceof PatternFault)) throw error;
      throw usage(
        `The regular expression in ${printCondition(predicate)} can't be used: ${error.message}.`,
        `At its character ${error.at + 1}. It must match the whole value.`,
      );
    }
  }
  return match;
};

const usage = (message: string, hint?: string): UserError =>
  new UserError(message, {
    kind: 'usage',
    hint:
      hint ?? "--http-header NAME=VALUE, 'NAME: VALUE', NAME~REGEX, NAME, or nothing for your key",
  });
