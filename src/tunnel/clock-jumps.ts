import { clockJumpMsMin, clockLookEveryMs } from './limits.ts';

/**
 * Calls back when this machine's clock went on by 3 s more than we saw of it: the machine slept, or
 * this process was stopped, and no connection from before can be relied on. Looks once a second,
 * until the returned function is called.
 */
export const watchClock = (onJump: () => void): (() => void) => {
  let last = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    if (now - last > clockLookEveryMs + clockJumpMsMin) onJump();
    last = now;
  }, clockLookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
};
