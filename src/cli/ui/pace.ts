/** Milliseconds between frames: what happens is drawn ten times a second at most, keys at once. */
const changeMs = 100;
const keyMs = 16;
/** At most this part of the time is spent on drawing, whatever a frame costs. */
const share = 0.1;

/** When frames are drawn. */
export type Pace = {
  /** Something changed; `soon` because of a key. */
  readonly wanted: (soon?: boolean) => void;
  readonly stop: () => void;
};

/** Calls `draw` some time after it was wanted, and so seldom that all else has its time. */
export const createPace = (draw: () => void): Pace => {
  let timer: NodeJS.Timeout | undefined;
  let due = Number.POSITIVE_INFINITY;
  let lastEnd = Number.NEGATIVE_INFINITY;
  let cost = 0;
  let stopped = false;
  const frame = (): void => {
    timer = undefined;
    due = Number.POSITIVE_INFINITY;
    const begun = performance.now();
    draw();
    lastEnd = performance.now();
    cost = lastEnd - begun;
  };
  return {
    wanted: (soon = false) => {
      if (stopped) return;
      const now = performance.now();
      const gap = soon ? Math.max(keyMs, cost) : Math.max(changeMs, cost / share);
      const at = Math.max(now, lastEnd + gap);
      if (timer !== undefined && due <= at) return;
      clearTimeout(timer);
      due = at;
      timer = setTimeout(frame, at - now);
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
};
