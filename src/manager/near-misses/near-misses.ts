import { nearMissesShownMax } from '../../protocol/limits.ts';
import {
  type NearMiss,
  type NearMissReason,
  nearMissAgeMs,
  shownPath,
} from '../../protocol/near-miss.ts';
import { nearMissWords } from '../../protocol/near-miss-words.ts';
import { Recent } from '../../protocol/recent.ts';
import type { Sighting } from '../../protocol/sighting.ts';
import { workloadPath } from '../../protocol/workload.ts';
import { nearMissesHeldMax } from '../limits.ts';
import type { InterceptRecord } from '../store/records.ts';
import { couldMatch } from './could-match.ts';
import type { KeyHolders } from './key-holders.ts';
import { type Asking, Watches } from './watches.ts';

type Held = {
  readonly at: number;
  readonly kind: string;
  readonly agent: string;
  readonly sighting: Sighting;
};

export type NearMissesOptions = {
  readonly record: (id: string) => InterceptRecord | undefined;
  readonly holders: KeyHolders;
  readonly asking: Asking;
};

export type Taken = {
  /** The workload whose token the agent has. */
  readonly path: string;
  readonly agent: string;
  readonly sightings: readonly Sighting[];
};

/** The near misses that agents report of intercepts which somebody looks at, for as long as they do. */
export class NearMisses {
  readonly watches: Watches;
  readonly #options: NearMissesOptions;
  readonly #recent = new Recent<Held>({
    each: nearMissesShownMax,
    all: nearMissesHeldMax,
    ageMs: nearMissAgeMs,
  });

  constructor(options: NearMissesOptions) {
    this.#options = options;
    this.watches = new Watches(options.asking, (name) => this.#recent.forget(name));
  }

  /** Takes in what an agent reports; what is not of its workload or not looked at is left out. */
  take({ path, agent, sightings }: Taken, now: number): void {
    for (const sighting of sightings) {
      const name = this.#nameOf(path, sighting, now);
      if (name === undefined || this.#isHeld(name, agent, sighting, now)) continue;
      const { reason, predicate, agoMs } = sighting;
      const kind = `${predicate ?? 'key'} ${reason}`;
      this.#recent.add(name, { at: now - agoMs, kind, agent, sighting });
      this.watches.changed(name);
    }
    this.watches.answered(path, agent);
  }

  /** Those of the last minute, oldest first; only for the eyes of its owner. */
  of(record: InterceptRecord, now: number): readonly NearMiss[] {
    const place = placeOf(workloadPath(record.workload), record.port);
    const others = 'key' in record.match ? this.#recent.of(place, now) : [];
    return [...this.#recent.of(record.id, now), ...others]
      .sort((one, other) => one.at - other.at)
      .flatMap((held) => this.#shown(record, held))
      .slice(-nearMissesShownMax);
  }

  /** Forgets what is old, and tells those who look what has changed; to be called every second. */
  tick(now: number): void {
    for (const name of this.#recent.expire(now)) this.watches.changed(name);
    this.watches.tell((id) => {
      const record = this.#options.record(id);
      return record === undefined ? [] : this.of(record, now);
    });
  }

  #nameOf(path: string, { rule, port, predicate, keySha256 }: Sighting, now: number) {
    if (rule === undefined) {
      const place = placeOf(path, port);
      const isTheirs = keySha256 !== undefined && this.#options.holders.isSomebodys(keySha256, now);
      return !isTheirs && predicate === undefined && this.watches.has(place) ? place : undefined;
    }
    const record = this.#options.record(rule);
    const isOf =
      record !== undefined && workloadPath(record.workload) === path && record.port === port;
    return isOf && this.watches.has(rule) ? rule : undefined;
  }

  #isHeld(name: string, agent: string, { number }: Sighting, now: number): boolean {
    return this.#recent
      .of(name, now)
      .some((held) => held.agent === agent && held.sighting.number === number);
  }

  #shown(record: InterceptRecord, { at, sighting }: Held): readonly NearMiss[] {
    const { method, path, rule, keySha256, value } = sighting;
    if (rule === undefined && !couldMatch(record.match, sighting)) return [];
    // Keys that nobody has may have been seen before there was this intercept.
    if (rule === undefined && at < Date.parse(record.createdAt)) return [];
    const isFormer =
      keySha256 !== undefined && this.#options.holders.wasOf(record.owner, keySha256);
    const reason: NearMissReason = isFormer ? 'former_key' : sighting.reason;
    const words = nearMissWords(record.match, { ...sighting, reason });
    if (words === undefined) return [];
    const time = new Date(at).toISOString();
    const shown = { at: time, method, path: shownPath(path), reason, ...words };
    return [{ ...shown, ...(value === undefined ? {} : { value }) }];
  }
}

/** What keys that no rule has are kept under. */
export const placeOf = (path: string, port: number): string => `${path} ${port}`;
