/** Milliseconds of silence after which somebody at a terminal is told what is waited for. */
const quietMs = 300;

/** One line at the end of a terminal that says what is waited for, and goes when anything else is said. */
export type Progress = {
  /** Tells of some work for as long as it takes, once it takes longer than 300 ms. */
  readonly during: <T>(what: string, work: Promise<T>) => Promise<T>;
  /** Takes the line away; call it before anything is written. */
  readonly clear: () => void;
  /** From here on others draw or write on this terminal: nothing is told any more. */
  readonly end: () => void;
};

type Terminal = { readonly columns?: number; readonly write: (text: string) => unknown };

/** `isShown`: whether there is a terminal that can take a line back. */
export const createProgress = (output: Terminal, isShown: () => boolean): Progress => {
  const waits: { readonly what: string }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let drawn = false;
  let ended = false;
  const draw = (): void => {
    const [first] = waits;
    if (first === undefined || ended || !isShown()) return;
    output.write(`\r${first.what.slice(0, (output.columns ?? 80) - 3)} …`);
    drawn = true;
  };
  const arm = (): void => {
    clearTimeout(timer);
    if (waits.length > 0 && !ended) timer = setTimeout(draw, quietMs);
  };
  const clear = (): void => {
    if (drawn) output.write('\r\u001b[2K');
    drawn = false;
    arm();
  };
  return {
    during: async (what, work) => {
      const wait = { what };
      waits.push(wait);
      if (waits.length === 1) arm();
      try {
        return await work;
      } finally {
        waits.splice(waits.indexOf(wait), 1);
        if (waits.length === 0) clear();
      }
    },
    clear,
    end: () => {
      ended = true;
      clear();
    },
  };
};
