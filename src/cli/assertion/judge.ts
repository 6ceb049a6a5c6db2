import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../base/errors.ts';
import { askArrivals } from '../control/client.ts';
import type { Arrival, ArrivalsAnswer, ArrivalsQuestion } from './arrivals-question.ts';
import { arrivalsShownMax, lookEveryMs } from './limits.ts';

/** How many requests there must be of those asked about. */
export type Assertion = {
  readonly question: Omit<ArrivalsQuestion, 'after'>;
  readonly min: number;
  /** Undefined for any number. */
  readonly max: number | undefined;
  /** Milliseconds to wait for them; 0 to judge by what has come. */
  readonly withinMs: number;
};

/** What came, as far as it was looked at. */
export type Tally = Omit<ArrivalsAnswer, 'last'>;

export type Verdict = {
  readonly passed: boolean;
  readonly tally: Tally;
  readonly tookMs: number;
  /** The session ended before its time was over. */
  readonly gone: boolean;
};

/**
 * Looks at what came until the assertion holds or fails. An upper limit can only be judged at the end of
 * its time, unless it is passed before. Throws what the first look at the session fails with.
 */
export const judge = async (
  socket: string,
  { question, min, max, withinMs }: Assertion,
): Promise<Verdict> => {
  const startedAt = performance.now();
  const tookMs = (): number => performance.now() - startedAt;
  let tally = noArrivals;
  let after = 0;
  for (let looks = 0; ; looks++) {
    const answer = await look(socket, { ...question, after }, looks > 0);
    if (answer === undefined) return { passed: false, tally, tookMs: tookMs(), gone: true };
    tally = sumOf(tally, answer);
    after = Math.max(after, answer.last);
    const { matched } = tally;
    if (max !== undefined && matched > max) {
      return { passed: false, tally, tookMs: tookMs(), gone: false };
    }
    if ((matched >= min && max === undefined) || tookMs() >= withinMs) {
      return { passed: matched >= min, tally, tookMs: tookMs(), gone: false };
    }
    await sleep(Math.min(lookEveryMs, Math.max(1, withinMs - tookMs())));
  }
};

const noArrivals: Tally = {
  matched: 0,
  others: 0,
  passed: 0,
  forgotten: 0,
  matching: [],
  differing: [],
  close: [],
};

/** Undefined when the session is gone, which only counts once it has answered. */
const look = async (
  socket: string,
  question: ArrivalsQuestion,
  wasThere: boolean,
): Promise<ArrivalsAnswer | undefined> => {
  try {
    return await askArrivals(socket, question);
  } catch (error) {
    // What it says itself, or that it is stuck, is the user's to know.
    if (!wasThere || error instanceof UserError) throw error;
    return undefined;
  }
};

const sumOf = (tally: Tally, answer: ArrivalsAnswer): Tally => ({
  matched: tally.matched + answer.matched,
  others: tally.others + answer.others,
  passed: tally.passed + answer.passed,
  forgotten: tally.forgotten + answer.forgotten,
  matching: newest([...tally.matching, ...answer.matching]),
  differing: newest([...tally.differing, ...answer.differing]),
  close: answer.close,
});

const newest = (arrivals: readonly Arrival[]): readonly Arrival[] =>
  arrivals.slice(-arrivalsShownMax);
