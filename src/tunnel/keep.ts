import { setTimeout as sleep } from 'node:timers/promises';
import { retryAfterMs } from './backoff.ts';
import type { Carrier } from './carrier.ts';
import { watchClock } from './clock-jumps.ts';
import type { TunnelEnd } from './end.ts';
import { stableMs } from './limits.ts';
import { TunnelRefused } from './refused.ts';
import { dialSecond } from './second-tunnel.ts';

/** A tunnel was lost or could not be dialled; the next attempt comes after `retryInMs`. */
export type TunnelDown = {
  /** 1 for the first attempt that follows. */
  readonly attempt: number;
  /** Why dialling failed; undefined when a tunnel that was up is lost. */
  readonly error: unknown;
  readonly retryInMs: number;
};

export type TunnelKeeping<End extends TunnelEnd> = {
  readonly dial: (signal: AbortSignal) => Promise<Carrier>;
  readonly attach: (socket: Carrier) => End;
  readonly onUp: (end: End) => void;
  readonly onDown: (down: TunnelDown) => void;
  readonly signal: AbortSignal;
  /** Tells of jumps of the clock until the returned function is called; tests have their own. */
  readonly clock?: (onJump: () => void) => () => void;
};

/**
 * Keeps a tunnel up until the signal aborts: dials, and dials again with a backoff from 0.2 s to
 * 2 s with jitter, in which a failed attempt counts as waited. A tunnel that drains is replaced at once while its streams finish, and nobody is
 * told of a loss. While a PING is late, a second one is dialled, and the first to answer wins. A jump
 * of the clock puts the present tunnel in doubt and ends a wait. On abort it closes the present end,
 * and resolves when that is gone (5 s at most). Rejects only with a `TunnelRefused` that asking again
 * would not change.
 */
export const keepTunnel = async <End extends TunnelEnd>(
  options: TunnelKeeping<End>,
): Promise<void> => {
  const { clock = watchClock } = options;
  const jumps = new Set<() => void>();
  const unwatch = clock(() => {
    for (const jumped of jumps) jumped();
  });
  try {
    await keepOn(options, jumps);
  } finally {
    unwatch();
  }
};

/** Called at each jump of the clock. */
type Jumps = Set<() => void>;

const keepOn = async <End extends TunnelEnd>(
  options: TunnelKeeping<End>,
  jumps: Jumps,
): Promise<void> => {
  const { signal, onDown } = options;
  let attempt = 0;
  let second: Carrier | undefined;
  while (!signal.aborted) {
    const begunAt = performance.now();
    const run = await runOne(options, jumps, second);
    const { stable, drained, error } = run;
    second = run.second;
    if (error instanceof TunnelRefused && !error.mayPass) throw error;
    // Told to go elsewhere, and the streams here go on: nobody gains by a wait.
    if (second !== undefined || (stable && drained)) continue;
    if (signal.aborted) return;
    attempt = stable ? 1 : attempt + 1;
    const retryInMs = retryAfterMs(attempt, error, performance.now() - begunAt);
    onDown({ attempt, error, retryInMs });
    await nap(retryInMs, signal, jumps);
  }
  second?.destroy();
};

/** Ends early when the signal aborts or the clock jumps. */
const nap = async (milliseconds: number, signal: AbortSignal, jumps: Jumps): Promise<void> => {
  const woken = new AbortController();
  const wake = (): void => woken.abort();
  jumps.add(wake);
  try {
    await sleep(milliseconds, undefined, { signal: AbortSignal.any([signal, woken.signal]) });
  } catch {
    // Aborted, which is as good.
  } finally {
    jumps.delete(wake);
  }
};

type Run = {
  readonly stable: boolean;
  /** It ended with a GOAWAY, and its streams may still be there. */
  readonly drained: boolean;
  readonly error?: unknown;
  /** What took its place already. */
  readonly second?: Carrier | undefined;
};

const runOne = async <End extends TunnelEnd>(
  { dial, attach, onUp, signal }: TunnelKeeping<End>,
  jumps: Jumps,
  dialled: Carrier | undefined,
): Promise<Run> => {
  let end: End;
  try {
    end = attach(dialled ?? (await dial(signal)));
  } catch (error) {
    return { stable: false, drained: false, error };
  }
  const upAt = performance.now();
  const close = (): void => end.close();
  const doubt = (): void => end.pulse.doubt();
  signal.addEventListener('abort', close, { once: true });
  jumps.add(doubt);
  if (signal.aborted) close();
  else onUp(end);
  let gone = false;
  void end.closed.then(() => {
    gone = true;
  });
  const second = await untilReplaced(end, dial);
  signal.removeEventListener('abort', close);
  jumps.delete(doubt);
  if (signal.aborted) await end.closed;
  return { stable: performance.now() - upAt >= stableMs, drained: !gone, second };
};

/** Until it drains or is gone; or until a second one answers before it, when it is closed. */
const untilReplaced = async (
  end: TunnelEnd,
  dial: (signal: AbortSignal) => Promise<Carrier>,
): Promise<Carrier | undefined> => {
  const over = new AbortController();
  void end.draining.then(() => over.abort());
  const second = await dialSecond({ pulse: end.pulse, dial, over: over.signal });
  if (second !== undefined) end.close();
  else await end.draining;
  return second;
};
