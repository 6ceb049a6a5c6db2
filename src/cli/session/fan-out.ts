import type { Signals } from '../context.ts';

/** One listener of the process for all its intercepts. */
export const fanOut = (signals: Signals): Signals => {
  const listeners = new Set<(signal: NodeJS.Signals) => void>();
  signals((signal) => {
    for (const listener of listeners) listener(signal);
  });
  return (listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
};
