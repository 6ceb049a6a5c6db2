import type { Screen } from './screen.ts';

/** Sees to it that nobody is left with a terminal that shows nothing of what is typed. */
export type Guard = {
  /** Stops the process group as the terminal would have done, and draws again when it goes on. */
  readonly suspend: () => Promise<void>;
  readonly release: () => void;
};

/** Milliseconds until the view is back when nobody stopped us: a group without a shell is not. */
const ignoredMs = 50;

/**
 * Gives the terminal back when the process ends in whatever way it can see (a crash, `process.exit`,
 * SIGQUIT), and when it is stopped. SIGINT, SIGTERM and SIGHUP have an end in order of their own.
 */
export const guardTerminal = (screen: Screen, redraw: () => void): Guard => {
  let released = false;
  const ended = (): void => screen.closeNow();
  const back = (): void => {
    if (released) return;
    screen.open();
    redraw();
  };
  const stop = async (whom: number): Promise<void> => {
    await screen.close();
    // What SIGTSTP does to a process that doesn't listen: nothing where no shell could continue it.
    process.off('SIGTSTP', stopped);
    process.kill(whom, 'SIGTSTP');
    setTimeout(() => {
      if (released) return;
      process.on('SIGTSTP', stopped);
      back();
    }, ignoredMs);
  };
  const stopped = (): void => void stop(process.pid);
  // The shell may have had the terminal meanwhile, with SIGSTOP without our knowing.
  const continued = (): void => {
    if (!screen.isOpen) return;
    screen.retake();
    redraw();
  };
  const quit = (): void => {
    screen.closeNow();
    process.off('SIGQUIT', quit);
    process.kill(process.pid, 'SIGQUIT');
  };
  process.on('exit', ended);
  process.on('SIGTSTP', stopped);
  process.on('SIGCONT', continued);
  process.on('SIGQUIT', quit);
  return {
    suspend: () => stop(0),
    release: () => {
      released = true;
      process.off('exit', ended);
      process.off('SIGTSTP', stopped);
      process.off('SIGCONT', continued);
      process.off('SIGQUIT', quit);
    },
  };
};
