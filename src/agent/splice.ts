import type { Wire, WireHandler } from '../base/wire/wire.ts';

/**
 * Joins two wires: bytes, ends and breaks of each go to the other, with backpressure. From here on
 * nobody looks at what passes. `closed` is called once both are gone.
 */
export const splice = (one: Wire, other: Wire, closed: () => void): void => {
  let open = 2;
  const gone = (): void => {
    open -= 1;
    if (open === 0) closed();
  };
  one.handler = towards(one, other, gone);
  other.handler = towards(other, one, gone);
  one.resume();
  other.resume();
};

const towards = (from: Wire, to: Wire, gone: () => void): WireHandler => ({
  bytes: (bytes) => {
    if (!to.write(bytes)) from.pause();
  },
  end: () => to.end(),
  drain: () => to.resume(),
  closed: (clean) => {
    if (clean) to.end();
    else to.abort();
    gone();
  },
});
