import { messageOf, UserError } from '../../base/errors.ts';

/** `fail`: something can't work. `warn`: it works, but look at it. `skip`: there is nothing to check. */
export type Verdict = 'pass' | 'warn' | 'fail' | 'skip';

export type Result = {
  readonly verdict: Verdict;
  /** What is so, a clause or more. Never holds a secret. */
  readonly detail: string;
  /** What to do about it. */
  readonly advice?: string | undefined;
};

export type Finding = Result & { readonly name: string };

export type Check = {
  readonly name: string;
  readonly run: () => Promise<Result>;
};

/** Milliseconds for one check; none waits for another. */
export const checkMsMax = 6_000;

export const pass = (detail: string): Result => ({ verdict: 'pass', detail });
export const skip = (detail: string): Result => ({ verdict: 'skip', detail });
export const warn = (detail: string, advice?: string): Result => ({
  verdict: 'warn',
  detail,
  advice,
});
export const fail = (detail: string, advice?: string): Result => ({
  verdict: 'fail',
  detail,
  advice,
});

/** Runs all at once, each for 6 s at most; what throws has failed. In the order of the checks. */
export const runChecks = (
  checks: readonly Check[],
  limitMs: number = checkMsMax,
): Promise<readonly Finding[]> =>
  Promise.all(checks.map(async (check) => ({ name: check.name, ...(await run(check, limitMs)) })));

const run = async (check: Check, limitMs: number): Promise<Result> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Result>((resolve) => {
    const detail = `no answer within ${limitMs / 1000} s`;
    timer = setTimeout(() => resolve(fail(detail, 'Try again; something is slow.')), limitMs);
  });
  try {
    return await Promise.race([check.run(), late]);
  } catch (error) {
    return failureOf(error);
  } finally {
    clearTimeout(timer);
  }
};

/** The first sentence of an error, and its hint. */
export const failureOf = (error: unknown): Result => {
  const [sentence = ''] = messageOf(error).split('\n');
  return fail(
    sentence.replace(/ Nothing was changed\.$/, ''),
    error instanceof UserError ? error.hint : undefined,
  );
};
