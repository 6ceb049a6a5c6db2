import { reapEveryMs } from './limits.ts';
import type { Manager } from './manager.ts';

/** Ends what has expired, once a second, until the returned function is called. */
export const startReaper = (manager: Manager): (() => void) => {
  const timer = setInterval(() => reap(manager, Date.now()), reapEveryMs);
  return () => clearInterval(timer);
};

/** One look at intercepts, tokens and workloads; `now` in milliseconds since 1970. */
const reap = (manager: Manager, now: number): void => {
  const { intercepts, nearMisses, tokens, attachments, workloads } = manager;
  intercepts.reap(now);
  nearMisses.tick(now);
  for (const tokenId of tokens.expired(now)) attachments.endAll(tokenId);
  workloads.forget(now, (path) => intercepts.groups.groupSize('workload', path) > 0);
};
