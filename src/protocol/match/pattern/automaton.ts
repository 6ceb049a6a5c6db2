import { PatternFault } from './fault.ts';
import { type Machine, machineOf, type Place } from './machine.ts';
import type { Syntax } from './syntax.ts';

/** State that nothing leads out of; it accepts nothing. */
export const dead = 0;

/** A deterministic automaton over octets: one look-up an octet, whatever the pattern was. */
export type Automaton = {
  readonly start: number;
  /** For each octet the column of the table. */
  readonly columnOf: Uint8Array;
  readonly columns: number;
  /** The next state at `state * columns + column`. */
  readonly table: Uint16Array;
  /** By state, 1 where a text may end. */
  readonly accepting: Uint8Array;
};

export type AutomatonLimits = {
  readonly states: number;
  /** Work that making it may take: places looked at. */
  readonly steps: number;
};

/** For patterns of users: at most 240 KB of table, and a few milliseconds to make. */
export const patternLimits: AutomatonLimits = { states: 2_000, steps: 500_000 };

/** Throws `PatternFault` when the automaton would be larger than `limits`. */
export const automatonOf = (syntax: Syntax, limits: AutomatonLimits = patternLimits): Automaton =>
  new Determiner(machineOf(syntax), limits).automaton();

/** Whether the whole text, a latin1 string of octets, is one that the automaton accepts. */
export const accepts = (automaton: Automaton, octets: string): boolean => {
  const { columnOf, columns, table } = automaton;
  let state = automaton.start;
  for (let at = 0; at < octets.length; at++) {
    state = table[state * columns + (columnOf[octets.charCodeAt(at)] as number)] as number;
    if (state === dead) return false;
  }
  return automaton.accepting[state] === 1;
};

class Determiner {
  private readonly places: readonly Place[];
  private readonly first: number;
  private readonly limits: AutomatonLimits;
  private readonly states = new Map<string, number>();
  private readonly sets: (readonly number[])[] = [];
  private readonly seen: Uint32Array;
  private round = 0;
  private steps = 0;

  constructor({ places, start }: Machine, limits: AutomatonLimits) {
    this.places = places;
    this.first = start;
    this.limits = limits;
    this.seen = new Uint32Array(places.length);
  }

  automaton(): Automaton {
    const { columnOf, samples } = columnsOf(this.places);
    const columns = samples.length;
    this.stateOf([]);
    const start = this.sets.push(this.closure([this.first], true, false)) - 1;
    const rows: number[][] = [[]];
    for (let state = start; state < this.sets.length; state++) {
      rows.push(samples.map((octet) => this.next(state, octet)));
    }
    const table = new Uint16Array(rows.length * columns);
    for (const [state, row] of rows.entries()) table.set(row, state * columns);
    const accepting = Uint8Array.from(this.sets, (set, state) =>
      this.isAccepting(set, state === start) ? 1 : 0,
    );
    return { start, columnOf, columns, table, accepting };
  }

  private next(state: number, octet: number): number {
    const moved: number[] = [];
    for (const index of this.sets[state] as readonly number[]) {
      const place = this.places[index] as Place;
      if (place.type === 'octet' && place.first <= octet && octet <= place.last) {
        moved.push(place.next);
      }
    }
    this.spend((this.sets[state] as readonly number[]).length);
    return this.stateOf(this.closure(moved, false, false));
  }

  private stateOf(set: readonly number[]): number {
    const key = set.join();
    const known = this.states.get(key);
    if (known !== undefined) return known;
    if (this.sets.length >= this.limits.states) throw this.tooLarge();
    const state = this.sets.push(set) - 1;
    this.states.set(key, state);
    return state;
  }

  /** All places where the machine waits for an octet or the end, in order. */
  private closure(from: readonly number[], atBegin: boolean, atEnd: boolean): readonly number[] {
    const round = ++this.round;
    const open = [...from];
    const waiting: number[] = [];
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (this.seen[index] === round) continue;
      this.seen[index] = round;
      this.spend(1);
      const place = this.places[index] as Place;
      if (place.type === 'fork') open.push(...place.next);
      else if (place.type === 'begin') open.push(...(atBegin ? [place.next] : []));
      else if (place.type === 'end' && atEnd) open.push(place.next);
      else waiting.push(index);
    }
    return waiting.sort((one, other) => one - other);
  }

  private isAccepting(set: readonly number[], atBegin: boolean): boolean {
    return this.closure(set, atBegin, true).some((index) => this.places[index]?.type === 'accept');
  }

  private spend(steps: number): void {
    this.steps += steps;
    if (this.steps > this.limits.steps) throw this.tooLarge();
  }

  private tooLarge(): PatternFault {
    return new PatternFault(
      `it needs more than ${this.limits.states} states; use fewer or smaller repetitions`,
      0,
    );
  }
}

/** Octets that no place tells apart share a column. */
const columnsOf = (
  places: readonly Place[],
): { readonly columnOf: Uint8Array; readonly samples: readonly number[] } => {
  const starts = new Uint8Array(257);
  for (const place of places) {
    if (place.type !== 'octet') continue;
    starts[place.first] = 1;
    starts[place.last + 1] = 1;
  }
  const columnOf = new Uint8Array(256);
  const samples = [0];
  for (let octet = 1; octet < 256; octet++) {
    if (starts[octet] === 1) samples.push(octet);
    columnOf[octet] = samples.length - 1;
  }
  return { columnOf, samples };
};
