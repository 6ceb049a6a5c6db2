/** Lines for one output. */
export type Lines = {
  /** Writes at once, or a moment later together with others when some were written just now. */
  readonly add: (line: string) => void;
  /** Writes what waits. */
  readonly flush: () => void;
};

/** Milliseconds for lines to gather; nobody sees that. */
const gatherMs = 50;

/** A thousand requests a second must not cost a system call each. `write` gets whole lines. */
export const createLines = (write: (text: string) => void): Lines => {
  let waiting: string[] | undefined;
  const flush = (): void => {
    if (waiting !== undefined && waiting.length > 0) write(waiting.join('\n'));
    if (waiting !== undefined) waiting = [];
  };
  return {
    flush,
    add: (line) => {
      if (waiting !== undefined) {
        waiting.push(line);
        return;
      }
      waiting = [];
      setTimeout(() => {
        flush();
        waiting = undefined;
      }, gatherMs);
      write(line);
    },
  };
};
