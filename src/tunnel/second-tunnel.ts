import { setTimeout as sleep } from 'node:timers/promises';
import { retryAfterMs } from './backoff.ts';
import type { Carrier } from './carrier.ts';
import type { Pulse } from './heartbeat.ts';

export type SecondTunnel = {
  /** Of the present tunnel. */
  readonly pulse: Pulse;
  readonly dial: (signal: AbortSignal) => Promise<Carrier>;
  /** Aborts when the present tunnel is over. */
  readonly over: AbortSignal;
};

/**
 * Dials a second tunnel while the present one is late, again and again, until one of them answers.
 * Resolves with the second when that is first, or with undefined when `over` aborts; never rejects.
 */
export const dialSecond = async (options: SecondTunnel): Promise<Carrier | undefined> => {
  const { pulse, over } = options;
  let attempt = 0;
  while (!over.aborted) {
    if (!pulse.late) {
      attempt = 0;
      await changed(pulse, over);
      continue;
    }
    const begunAt = performance.now();
    const dialled = await dialWhileLate(options);
    if ('socket' in dialled) return dialled.socket;
    attempt += 1;
    const retryInMs = retryAfterMs(attempt, dialled.error, performance.now() - begunAt);
    // Rejects only when aborted, which the loop looks at itself.
    await sleep(retryInMs, undefined, { signal: over }).catch(() => {});
  }
  return undefined;
};

type Dialled = { readonly socket: Carrier } | { readonly error: unknown };

// What the manager has granted takes the first one's place there: it is not given back here.
const dialWhileLate = async ({ pulse, dial, over }: SecondTunnel): Promise<Dialled> => {
  const answered = new AbortController();
  const unwatch = pulse.watch(() => answered.abort());
  try {
    return { socket: await dial(AbortSignal.any([over, answered.signal])) };
  } catch (error) {
    return { error }; // Whatever it is: the first one may still answer, or is soon over.
  } finally {
    unwatch();
  }
};

const changed = (pulse: Pulse, over: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      unwatch();
      over.removeEventListener('abort', done);
      resolve();
    };
    const unwatch = pulse.watch(done);
    over.addEventListener('abort', done, { once: true });
  });
