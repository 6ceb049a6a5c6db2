import { type Automaton, dead } from '../pattern/automaton.ts';

/** An automaton that must accept a text, or must not. */
export type Part = { readonly automaton: Automaton; readonly holds: boolean };

/** Steps that may still be taken before the answer is that it is not known; see `newWork`. */
export type Work = { left: number };

/** Work for one question: a tenth of a second at most. */
export const newWork = (): Work => ({ left: 200_000 });

/**
 * A shortest text that every part agrees to, as octets; of several one that is easy to read.
 * `none` is certain; `unknown` when the work is used up. It looks at each state of all automata
 * together once.
 */
export const shortestText = (
  parts: readonly Part[],
  work: Work,
): { readonly octets: string } | 'none' | 'unknown' => {
  const symbols = symbolsOf(parts);
  const start = parts.map(({ automaton }) => automaton.start);
  const reached: Reached[] = [{ states: start, from: -1, octet: 0 }];
  const known = new Set([start.join()]);
  for (let index = 0; index < reached.length; index++) {
    const { states } = reached[index] as Reached;
    if (isAgreed(parts, states)) return { octets: textTo(reached, index) };
    work.left -= symbols.length;
    if (work.left < 0) return 'unknown';
    for (const octet of symbols) {
      const next = step(parts, states, octet);
      if (next === undefined || known.has(next.join())) continue;
      known.add(next.join());
      reached.push({ states: next, from: index, octet });
    }
  }
  return 'none';
};

type Reached = {
  readonly states: readonly number[];
  readonly from: number;
  readonly octet: number;
};

const isAgreed = (parts: readonly Part[], states: readonly number[]): boolean =>
  parts.every(
    ({ automaton, holds }, index) => (automaton.accepting[states[index] as number] === 1) === holds,
  );

// Undefined when a part that must accept no longer can.
const step = (
  parts: readonly Part[],
  states: readonly number[],
  octet: number,
): readonly number[] | undefined => {
  const next: number[] = [];
  for (const [index, { automaton, holds }] of parts.entries()) {
    const { columns, columnOf, table } = automaton;
    const column = columnOf[octet] as number;
    const state = table[(states[index] as number) * columns + column] as number;
    if (state === dead && holds) return undefined;
    next.push(state);
  }
  return next;
};

const textTo = (reached: readonly Reached[], last: number): string => {
  const octets: number[] = [];
  for (let index = last; index > 0; index = (reached[index] as Reached).from) {
    octets.push((reached[index] as Reached).octet);
  }
  return octets
    .reverse()
    .map((octet) => String.fromCharCode(octet))
    .join('');
};

/** One octet for each group that no part tells apart, letters before digits before the rest. */
const symbolsOf = (parts: readonly Part[]): readonly number[] => {
  const symbols = new Map<string, number>();
  for (const octet of readable) {
    const key = parts.map(({ automaton }) => automaton.columnOf[octet]).join();
    if (!symbols.has(key)) symbols.set(key, octet);
  }
  return [...symbols.values()];
};

const from = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

const readable: readonly number[] = [
  ...from(0x61, 0x7a),
  ...from(0x30, 0x39),
  ...from(0x41, 0x5a),
  ...from(0x21, 0x2f),
  ...from(0x3a, 0x40),
  ...from(0x5b, 0x60),
  ...from(0x7b, 0x7e),
  ...from(0x80, 0xff),
  ...from(0, 0x20),
  0x7f,
];
