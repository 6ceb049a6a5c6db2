import { readRequestHead } from '../../protocol/http1/request-head.ts';
import { compileMatcher } from '../../protocol/match/matcher.ts';
import { RequestReading } from '../../protocol/match/reading.ts';
import type { RequestFields } from '../../protocol/match/request-fields.ts';
import { shownPath } from '../session/report-people.ts';
import type { SessionEvent } from '../session/session-event.ts';
import type { Subject } from '../session/subject.ts';
import type { Arrival, ArrivalsAnswer, ArrivalsQuestion, CloseCall } from './arrivals-question.ts';
import { arrivalsMax, arrivalsShownMax, closeCallsShownMax, headOctetsMax } from './limits.ts';
import { isAmong } from './status-ranges.ts';

/** One that arrived here, or went to the pod because nothing listened (without `arrival`). */
type Entry = {
  readonly number: number;
  readonly intercept: string;
  readonly at: number;
  readonly arrival: Arrival | undefined;
  /** Octets as they came; undefined where they are not known. */
  readonly head: Buffer | undefined;
};

/**
 * What came to the intercepts of this process, for assertions: the newest 10,000, with at most 16 MiB of
 * heads. Real values stay in here; answers hold no header and no key.
 */
export class ArrivalLog {
  #entries: Entry[] = [];
  /** Those before it were dropped; they go together, because moving all others costs the most. */
  #first = 0;
  #last = 0;
  #headOctets = 0;
  readonly #close = new Map<string, readonly CloseCall[]>();

  /** Takes in what happened to an intercept; `at` in milliseconds since 1970. */
  event(intercept: string, subject: Subject, event: SessionEvent, at: number = Date.now()): void {
    if (event.type === 'near_misses') {
      const misses = event.misses.slice(-closeCallsShownMax);
      this.#close.set(
        intercept,
        misses.map(({ method, path, detail, advice }) => ({ method, path, detail, advice })),
      );
    } else if (event.type === 'passed') this.#add({ intercept, at, arrival: undefined }, undefined);
    else if (event.type === 'request') {
      const { method, path, status, head } = event.observation;
      const { name } = subject;
      const shown = shownPath(subject, path);
      const arrival = {
        id: event.id,
        name,
        at: new Date(at).toISOString(),
        method,
        path: shown,
        status,
      };
      this.#add({ intercept, at, arrival }, head);
    }
  }

  /** Throws `PatternFault` for a regular expression that can't be used. */
  answer({ intercepts, conditions, statuses, since, after }: ArrivalsQuestion): ArrivalsAnswer {
    const matches = compileMatcher(conditions);
    const matching: Arrival[] = [];
    const differing: Arrival[] = [];
    let passed = 0;
    const ofThese = (intercept: string): boolean =>
      intercepts.length === 0 || intercepts.includes(intercept);
    for (const { number, intercept, at, arrival, head } of this.#entries.slice(this.#first)) {
      if (number <= after || !ofThese(intercept) || at < (since ?? 0)) continue;
      if (arrival === undefined) passed += 1;
      else {
        const reading = new RequestReading(fieldsOf(arrival, head));
        const isIt = isAmong(statuses, arrival.status) && matches(reading);
        (isIt ? matching : differing).push(arrival);
      }
    }
    const first = this.#entries[this.#first]?.number ?? this.#last + 1;
    return {
      last: this.#last,
      matched: matching.length,
      others: differing.length,
      passed,
      forgotten: Math.max(0, first - 1 - after),
      matching: matching.slice(-arrivalsShownMax),
      differing: differing.slice(-arrivalsShownMax),
      close: [...this.#close]
        .filter(([intercept]) => ofThese(intercept))
        .flatMap(([, calls]) => calls)
        .slice(-closeCallsShownMax),
    };
  }

  #add(entry: Omit<Entry, 'number' | 'head'>, head: Buffer | undefined): void {
    this.#last += 1;
    this.#headOctets += head?.length ?? 0;
    this.#entries.push({ ...entry, number: this.#last, head });
    while (this.#held > arrivalsMax || this.#headOctets > headOctetsMax) this.#dropFirst();
    if (this.#first < arrivalsMax) return;
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }

  get #held(): number {
    return this.#entries.length - this.#first;
  }

  #dropFirst(): void {
    const dropped = this.#entries[this.#first];
    this.#headOctets -= dropped?.head?.length ?? 0;
    if (dropped !== undefined) this.#entries[this.#first] = { ...dropped, head: undefined };
    this.#first += 1;
  }
}

/** Where the head is not known, there is nothing but method and path to look at. */
const fieldsOf = ({ method, path }: Arrival, head: Buffer | undefined): RequestFields =>
  (head === undefined ? undefined : readRequestHead(head)) ?? {
    method,
    target: path,
    linesOf: () => 0,
    valueOf: () => undefined,
  };
