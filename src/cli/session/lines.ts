/** Lines for one output. */
export type Lines = {
  /** Writes at once, or with the next lines when some were written in this turn of the loop. */
  readonly add: (line: string) => void;
  /** Writes what waits. */
  readonly flush: () => void;
};

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
      setImmediate(() => {
        flush();
        waiting = undefined;
      });
      write(line);
    },
  };
};
