import type { IncomingHttpHeaders } from 'node:http';
import * as v from 'valibot';
import { messageOf } from '../../base/errors.ts';
import { carry } from '../../propagation/carry.ts';
import { type Answer, answerSchema, failureSchema, type Hop } from './answer.ts';
import { ask, type Reply } from './ask.ts';

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

/** Asks the next hop and carries the key to it. Throws `HopFailed`. */
export const askNextHop = async (
  { name, url, milliseconds }: NextHop,
  path: string,
  incoming: IncomingHttpHeaders,
): Promise<Answer> => {
  const question = { url: new URL(path, url), headers: carry(incoming), milliseconds };
  try {
    return answerOf(name, await ask(question));
  } catch (error) {
    if (error instanceof HopFailed) throw error;
    throw new HopFailed(name, `${name} did not answer: ${messageOf(error)}`, { cause: error });
  }
};

const answerOf = (name: string, { status, headers, json }: Reply): Answer => {
  const failure = v.safeParse(failureSchema, json);
  if (failure.success) throw new HopFailed(failure.output.failedHop, failure.output.error);
  const answer = v.safeParse(answerSchema, json);
  if (status !== 200 || !answer.success) {
    throw new HopFailed(name, `${name} answered ${status}, which is no answer of this shop`);
  }
  const [first, ...rest] = answer.output.hops;
  return { ...answer.output, hops: [{ ...first, byway: mark(headers) }, ...rest] };
};

const mark = (headers: IncomingHttpHeaders): Hop['byway'] => {
  const value = headers['x-byway-served-by'];
  return typeof value === 'string' ? value : null;
};
