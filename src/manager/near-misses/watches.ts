import type { NearMiss } from '../../protocol/near-miss.ts';
import { nearMissAnswerMs, nearMissTellsMax } from '../limits.ts';

/** Sends an `ask` to the agents of a workload that understand it; returns who they are. */
export type Asking = (path: string, id: string, wanted: boolean) => readonly string[];

export type Watched = {
  readonly id: string;
  /** `namespace/kind/name`. */
  readonly path: string;
  /** What else is of interest to it: keys that no rule of its port has. */
  readonly place: string | undefined;
};

type Listener = (misses: readonly NearMiss[]) => void;

type Watch = Watched & { looking: number; readonly listeners: Set<Listener> };

type Waiter = { readonly path: string; readonly missing: Set<string>; readonly done: () => void };

/**
 * Who looks at the near misses of which intercept. Agents are asked while at least one does, and
 * what they said is forgotten when nobody does any more.
 */
export class Watches {
  readonly #ask: Asking;
  readonly #forget: (name: string) => void;
  readonly #byId = new Map<string, Watch>();
  /** Ids by place. */
  readonly #places = new Map<string, Set<string>>();
  readonly #changed = new Set<string>();
  readonly #waiters = new Set<Waiter>();

  constructor(ask: Asking, forget: (name: string) => void) {
    this.#ask = ask;
    this.#forget = forget;
  }

  /** Whether somebody looks at the intercept with that id, or at that place. */
  has(name: string): boolean {
    return this.#byId.has(name) || this.#places.has(name);
  }

  /** The intercepts of a workload that are looked at, for an agent that has just come. */
  askedOf(path: string): readonly string[] {
    return [...this.#byId.values()].filter((watch) => watch.path === path).map(({ id }) => id);
  }

  /** Tells the listener whatever changes; returns what ends that. */
  watch(watched: Watched, listener: Listener): () => void {
    const { watch } = this.#begin(watched);
    watch.listeners.add(listener);
    return () => {
      if (watch.listeners.delete(listener)) this.#end(watch);
    };
  }

  /** Looks once: resolves when all agents have answered, or after half a second. */
  async glance<T>(watched: Watched, read: () => T): Promise<T> {
    const { watch, agents } = this.#begin(watched);
    try {
      await this.#answers(watched.path, agents);
      return read();
    } finally {
      this.#end(watch);
    }
  }

  /** An agent has said what it knows. */
  answered(path: string, agent: string): void {
    for (const { path: waitedFor, missing, done } of this.#waiters) {
      if (waitedFor === path && missing.delete(agent) && missing.size === 0) done();
    }
  }

  /** There is something new under that name, of an intercept or a place. */
  changed(name: string): void {
    if (this.#byId.has(name)) this.#changed.add(name);
    for (const id of this.#places.get(name) ?? []) this.#changed.add(id);
  }

  /** Tells of what changed; of very many the rest is told at the next call. */
  tell(missesOf: (id: string) => readonly NearMiss[]): void {
    for (const id of [...this.#changed].slice(0, nearMissTellsMax)) {
      this.#changed.delete(id);
      const listeners = this.#byId.get(id)?.listeners ?? new Set();
      if (listeners.size === 0) continue;
      const misses = missesOf(id);
      for (const listener of listeners) listener(misses);
    }
  }

  #begin(watched: Watched): { readonly watch: Watch; readonly agents: readonly string[] } {
    const known = this.#byId.get(watched.id);
    if (known !== undefined) {
      known.looking += 1;
      return { watch: known, agents: [] };
    }
    const watch = { ...watched, looking: 1, listeners: new Set<Listener>() };
    const { id, path, place } = watched;
    this.#byId.set(id, watch);
    if (place !== undefined) {
      this.#places.set(place, (this.#places.get(place) ?? new Set()).add(id));
    }
    return { watch, agents: this.#ask(path, id, true) };
  }

  #end(watch: Watch): void {
    watch.looking -= 1;
    if (watch.looking > 0) return;
    const { id, path, place } = watch;
    this.#byId.delete(id);
    this.#changed.delete(id);
    this.#forget(id);
    if (place !== undefined) this.#leavePlace(place, id);
    this.#ask(path, id, false);
  }

  #leavePlace(place: string, id: string): void {
    const ids = this.#places.get(place);
    ids?.delete(id);
    if (ids?.size !== 0) return;
    this.#places.delete(place);
    this.#forget(place);
  }

  #answers(path: string, agents: readonly string[]): Promise<void> {
    if (agents.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const waiter = { path, missing: new Set(agents), done: () => finish() };
      const finish = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        resolve();
      };
      const timer = setTimeout(finish, nearMissAnswerMs);
      this.#waiters.add(waiter);
    });
  }
}
