import { constants } from 'node:os';
import type { Signals } from '../context.ts';

/** The exit code of something that a signal ended. */
export const signalCode = (signal: NodeJS.Signals): number =>
  128 + (constants.signals[signal] ?? 0);

/** Signals to this process: the first asks for an orderly end, the second one ends it now. */
export type Interruption = {
  readonly first: AbortSignal;
  /** The first signal, or undefined. */
  readonly signal: () => NodeJS.Signals | undefined;
  /** Resolves with the exit code at the second signal. */
  readonly second: Promise<number>;
  readonly dispose: () => void;
};

export const watchSignals = (signals: Signals): Interruption => {
  const controller = new AbortController();
  let first: NodeJS.Signals | undefined;
  let tellSecond = (_code: number): void => {};
  const second = new Promise<number>((resolve) => {
    tellSecond = resolve;
  });
  const dispose = signals((signal) => {
    if (first !== undefined) {
      tellSecond(signalCode(signal));
      return;
    }
    first = signal;
    controller.abort();
  });
  return { first: controller.signal, signal: () => first, second, dispose };
};
