import type { IncomingHttpHeaders } from 'node:http';
import * as v from 'valibot';
import { messageOf } from '../../base/errors.ts';
import { carry } from '../../propagation/carry.ts';
import { type Answer, answerSchema, failureSchema, type Hop, type Saying } from './answer.ts';
import { ask, type Reply } from './ask.ts';

/** Characters that are passed on of an answer that is not of this shop. */
const saidCharactersMax = 60;

/** The service behind this one. */
export type NextHop = {
  readonly name: string;
  readonly url: URL;
  /** Long enough for a breakpoint; an outer hop waits longer than the one behind it. */
  readonly milliseconds: number;
};

/** A hop on the way failed; it becomes a 502 that names it. */
export class HopFailed extends Error {
  override readonly name: string = 'HopFailed';
  readonly failedHop: string;

  constructor(failedHop: string, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.failedHop = failedHop;
  }
}

/**
 * Asks the next hop and carries the key to it. Somebody's own service may stand there and say what
 * it likes. Throws `HopFailed`.
 */
export const askNextHop = async (
  { name, url, milliseconds }: NextHop,
  path: string,
  incoming: IncomingHttpHeaders,
): Promise<Answer | Saying> => {
  const question = { url: new URL(path, url), headers: carry(incoming), milliseconds };
  try {
    return answerOf(name, await ask(question));
  } catch (error) {
    if (error instanceof HopFailed) throw error;
    throw new HopFailed(name, `${name} did not answer: ${messageOf(error)}`, { cause: error });
  }
};

const answerOf = (name: string, { status, headers, json, text }: Reply): Answer | Saying => {
  const failure = v.safeParse(failureSchema, json);
  if (failure.success) throw new HopFailed(failure.output.failedHop, failure.output.error);
  if (status !== 200) throw new HopFailed(name, `${name} answered ${status}`);
  const byway = mark(headers);
  const answer = v.safeParse(answerSchema, json);
  if (!answer.success) {
    return { said: oneLine(text), hops: [{ name, servedBy: byway ?? `another ${name}`, byway }] };
  }
  const [first, ...rest] = answer.output.hops;
  return { ...answer.output, hops: [{ ...first, byway }, ...rest] };
};

// Control characters could make a terminal do things.
const oneLine = (text: string): string => {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length > saidCharactersMax ? `${line.slice(0, saidCharactersMax)}…` : line;
};

const mark = (headers: IncomingHttpHeaders): Hop['byway'] => {
  const value = headers['x-byway-served-by'];
  return typeof value === 'string' ? value : null;
};
