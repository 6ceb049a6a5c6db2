import { UserError } from '../../base/errors.ts';
import type { Condition } from '../../protocol/match.ts';
import { parseDuration } from '../arguments/duration.ts';
import { readMatch } from '../arguments/match-arguments.ts';
import type { Assertion } from './judge.ts';
import { requestsMax, withinSecondsMax } from './limits.ts';
import { parseStatuses } from './status-ranges.ts';

/** The flags of `byway assert`, as commander reads them. */
export type AssertionArguments = {
  readonly min?: string | undefined;
  readonly max?: string | undefined;
  readonly path?: string | undefined;
  readonly pathPrefix?: string | undefined;
  readonly pathRegex?: string | undefined;
  readonly method?: string | undefined;
  readonly query?: readonly string[] | undefined;
  readonly header?: readonly string[] | undefined;
  readonly match?: string | undefined;
  readonly status?: string | undefined;
  readonly within?: string | undefined;
  readonly since?: string | undefined;
};

/** Reads the flags; `now` in milliseconds since 1970. Throws a usage error. */
export const readAssertion = (given: AssertionArguments, now: number): Assertion => {
  const max = given.max === undefined ? undefined : requestsOf('--max', given.max);
  // Who says only how many there may be at most does not ask for any.
  const min =
    given.min === undefined ? (max === undefined ? 1 : 0) : requestsOf('--min', given.min);
  if (max !== undefined && min > max) {
    throw usage(`--min ${min} is more than --max ${max}.`);
  }
  return {
    question: {
      intercepts: [],
      conditions: conditionsOf(given),
      statuses: given.status === undefined ? [] : parseStatuses(given.status),
      since: given.since === undefined ? null : sinceOf(given.since, now),
    },
    min,
    max,
    withinMs: given.within === undefined ? 0 : withinMsOf(given.within),
  };
};

/** Reads `--within`: milliseconds of a time of at most an hour; `0s` is now. */
export const withinMsOf = (text: string): number =>
  text === '0s' ? 0 : parseDuration(text, withinSecondsMax, '--within') * 1000;

/** Reads a count of requests. */
export const requestsOf = (flag: string, text: string): number => {
  const requests = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (requests <= requestsMax) return requests;
  throw usage(`${flag} takes a number of requests from 0 to ${requestsMax}, not "${text}".`);
};

const sinceOf = (text: string, now: number): number => {
  if (/^\d+[smhd]$/.test(text)) return now - parseDuration(text, 24 * 60 * 60, '--since') * 1000;
  const moment = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(moment)) return moment;
  throw usage(`--since takes a time such as 30s or 2026-11-21T10:42:07Z, not "${text}".`);
};

/** By the same rules, and the same words, as an intercept's own flags. */
const conditionsOf = (given: AssertionArguments): readonly Condition[] => {
  const { header, query, match: expression } = given;
  try {
    const match = readMatch({
      httpHeader: header,
      httpPathEqual: given.path,
      httpPathPrefix: given.pathPrefix,
      httpPathRegex: given.pathRegex,
      httpMethod: given.method,
      httpQuery: query,
      match: expression,
    });
    const isKey = 'key' in match && (header !== undefined || expression !== undefined);
    if (!isKey) return match.all ?? [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw usage(
      ownWords(error.message),
      error.hint === undefined ? undefined : ownWords(error.hint),
    );
  }
  throw usage('Which key a request has is not asserted: all that arrive have one that matches.');
};

const ownWords = (text: string): string =>
  text.replaceAll('--http-path-equal', '--path').replaceAll('--http-', '--');

const usage = (message: string, hint?: string): UserError =>
  new UserError(message, { kind: 'usage', hint: hint ?? 'byway assert --help' });
