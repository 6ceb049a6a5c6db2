import * as v from 'valibot';

/** After the time limit: go on waiting, let the pod answer if it may, or answer 504. */
export type WhenSlow = 'wait' | 'pod' | '504';
/** When the laptop can't be reached: let the pod answer if it may, or answer 502. */
export type WhenDown = 'pod' | 'error';

export const whenSlowWords: readonly WhenSlow[] = ['wait', 'pod', '504'];
export const whenDownWords: readonly WhenDown[] = ['pod', 'error'];

/** Milliseconds of the longest time limit. */
export const localTimeoutMsMax: number = 24 * 60 * 60 * 1000;
/** The most that a load guard may allow at once or in a second. */
export const loadMax = 10_000;

/** What an agent does so that a laptop neither holds up requests nor drowns in them. */
export type Guards = {
  /**
   * Milliseconds from the last byte of a request that was sent to the local app to the head of its
   * answer. Without it the app has all the time it wants, as at a breakpoint.
   */
  readonly localTimeoutMs?: number;
  /** Only with a time limit; `wait` without. */
  readonly whenSlow?: WhenSlow;
  /** `pod` without. */
  readonly whenDown?: WhenDown;
  /** Requests under way to the laptop at once, from each agent; more are answered by the pod. */
  readonly maxInFlight?: number;
  /** Requests to the laptop in any second, from each agent; more are answered by the pod. */
  readonly maxRps?: number;
};

const atMost = (most: number): v.GenericSchema<unknown, number> =>
  v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most));

const fields = {
  localTimeoutMs: v.exactOptional(atMost(localTimeoutMsMax)),
  whenSlow: v.exactOptional(v.picklist(whenSlowWords)),
  whenDown: v.exactOptional(v.picklist(whenDownWords)),
  maxInFlight: v.exactOptional(atMost(loadMax)),
  maxRps: v.exactOptional(atMost(loadMax)),
};

export const guardsSchema: v.GenericSchema<unknown, Guards> = v.object(fields);
