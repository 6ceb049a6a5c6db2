import { setTimeout as sleep } from 'node:timers/promises';
import type { Carrier } from './carrier.ts';
import type { TunnelEnd } from './end.ts';
import { retryMsMax, retryMsMin, stableMs } from './limits.ts';
import { TunnelRefused } from './refused.ts';

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
};

/**
 * Keeps a tunnel up until the signal aborts: dials, and dials again with a backoff from 0.2 s to
 * 2 s with jitter. A tunnel that drains is replaced at once while its streams finish, and nobody
 * is told of a loss. On abort it
 * closes the present end, and resolves when that is gone (5 s at most). Rejects only with a
 * `TunnelRefused` that asking again would not change.
 */
export const keepTunnel = async <End extends TunnelEnd>(
  options: TunnelKeeping<End>,
): Promise<void> => {
  const { signal, onDown } = options;
  let attempt = 0;
  while (!signal.aborted) {
    const { stable, drained, error } = await runOne(options);
    if (signal.aborted) return;
    if (error instanceof TunnelRefused && !error.mayPass) throw error;
    // Told to go elsewhere, and the streams here go on: nobody gains by a wait.
    if (stable && drained) continue;
    attempt = stable ? 1 : attempt + 1;
    const retryInMs = backoffMs(attempt, Math.random());
    onDown({ attempt, error, retryInMs });
    // Rejects only when aborted, which the loop looks at itself.
    await sleep(retryInMs, undefined, { signal }).catch(() => {});
  }
};

/** Milliseconds before the attempt with this number (1 is the first); `random` is from 0 to 1. */
export const backoffMs = (attempt: number, random: number): number => {
  const full = Math.min(retryMsMin * 2 ** Math.min(attempt - 1, 16), retryMsMax);
  return Math.round(full * (0.75 + random / 4));
};

type Run = {
  readonly stable: boolean;
  /** It ended with a GOAWAY, and its streams may still be there. */
  readonly drained: boolean;
  readonly error?: unknown;
};

const runOne = async <End extends TunnelEnd>({
  dial,
  attach,
  onUp,
  signal,
}: TunnelKeeping<End>): Promise<Run> => {
  let end: End;
  try {
    end = attach(await dial(signal));
  } catch (error) {
    return { stable: false, drained: false, error };
  }
  const upAt = performance.now();
  const close = (): void => end.close();
  signal.addEventListener('abort', close, { once: true });
  if (signal.aborted) close();
  else onUp(end);
  let gone = false;
  void end.closed.then(() => {
    gone = true;
  });
  await end.draining;
  signal.removeEventListener('abort', close);
  if (signal.aborted) await end.closed;
  return { stable: performance.now() - upAt >= stableMs, drained: !gone };
};
