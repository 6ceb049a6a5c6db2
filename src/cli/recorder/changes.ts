import type { Recorder } from './recorder.ts';
import type { ExchangeSummary } from './view.ts';
import { summaryOf } from './view-of.ts';

/** Milliseconds in which changes gather, and how many of them are told then. */
const gatherMs = 100;
const toldMax = 100;

/**
 * Tells of exchanges that begin or change, ten times a second at most, and of the last hundred each time:
 * requests never wait for whoever looks at them. Returns what ends it.
 */
export const watchChanges = (
  recorder: Recorder,
  listener: (changed: ExchangeSummary) => void,
): (() => void) => {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    timer = undefined;
    const ids = [...changed].slice(-toldMax);
    changed.clear();
    for (const id of ids) {
      const recorded = recorder.get(id);
      if (recorded !== undefined) listener(summaryOf(recorded));
    }
  };
  const unsubscribe = recorder.subscribe((id) => {
    changed.delete(id);
    changed.add(id);
    if (changed.size > toldMax) for (const first of changed) if (changed.delete(first)) break;
    timer ??= setTimeout(tell, gatherMs);
  });
  return () => {
    unsubscribe();
    clearTimeout(timer);
  };
};
