import { UserError } from '../../base/errors.ts';
import {
  type Guards,
  loadMax,
  localTimeoutMsMax,
  type WhenDown,
  type WhenSlow,
  whenDownWords,
  whenSlowWords,
} from '../../protocol/guards.ts';
import { parseDuration } from './duration.ts';

/** The flags of `byway intercept` that guard callers and the laptop, as commander reads them. */
export type GuardArguments = {
  readonly localTimeout?: string | undefined;
  readonly whenSlow?: string | undefined;
  readonly whenDown?: string | undefined;
  readonly maxInFlight?: string | undefined;
  readonly maxRps?: string | undefined;
};

/**
 * Reads the guards; undefined without any. A time limit alone means `--when-slow pod`: nobody sets
 * one to wait on. Throws a usage error.
 */
export const readGuards = (given: GuardArguments): Guards | undefined => {
  const { localTimeout, whenSlow, whenDown, maxInFlight, maxRps } = given;
  const slow = whenSlow === undefined ? undefined : wordOf('--when-slow', whenSlow, whenSlowWords);
  const guards: Guards = {
    ...slowGuards(localTimeout, slow),
    ...(whenDown === undefined ? {} : { whenDown: downOf(whenDown) }),
    ...(maxInFlight === undefined ? {} : { maxInFlight: countOf('--max-in-flight', maxInFlight) }),
    ...(maxRps === undefined ? {} : { maxRps: countOf('--max-rps', maxRps) }),
  };
  return Object.keys(guards).length === 0 ? undefined : guards;
};

const slowGuards = (limit: string | undefined, whenSlow: WhenSlow | undefined): Guards => {
  if (limit !== undefined) {
    return { localTimeoutMs: millisecondsOf(limit), whenSlow: whenSlow ?? 'pod' };
  }
  if (whenSlow === undefined || whenSlow === 'wait') return {};
  throw new UserError(`--when-slow ${whenSlow} needs to know what is slow.`, {
    kind: 'usage',
    hint: `--local-timeout 30s --when-slow ${whenSlow}`,
  });
};

const millisecondsOf = (text: string): number => {
  const [, digits] = /^([1-9]\d{0,5})ms$/.exec(text) ?? [];
  if (digits !== undefined) return Number(digits);
  return parseDuration(text, localTimeoutMsMax / 1000, '--local-timeout') * 1000;
};

const downOf = (text: string): WhenDown => wordOf('--when-down', text, whenDownWords);

const wordOf = <Word extends string>(flag: string, text: string, words: readonly Word[]): Word => {
  const word = words.find((one) => one === text);
  if (word !== undefined) return word;
  throw new UserError(`${flag} takes ${words.join(' or ')}, not "${text}".`, { kind: 'usage' });
};

const countOf = (flag: string, text: string): number => {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= loadMax) return count;
  throw new UserError(`${flag} takes a number from 1 to ${loadMax}, not "${text}".`, {
    kind: 'usage',
  });
};
