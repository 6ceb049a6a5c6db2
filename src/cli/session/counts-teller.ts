import type { RuleCounts } from '../../protocol/reports.ts';
import { countsEveryMs } from './limits.ts';
import type { SessionEvent } from './session-event.ts';

/** Tells the counts of an intercept when they have changed, at most once a second. */
export class CountsTeller {
  readonly #tell: (event: SessionEvent) => void;
  #told = '';
  #last: RuleCounts | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(tell: (event: SessionEvent) => void) {
    this.#tell = tell;
  }

  now(counts: RuleCounts | undefined): void {
    this.#last = counts;
    if (this.#timer === undefined) this.#next();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #next(): void {
    this.#timer = undefined;
    const counts = this.#last;
    const text = JSON.stringify(counts);
    // Before the first request there is nothing to tell.
    if (counts === undefined || text === this.#told || counts.seen === 0) return;
    this.#told = text;
    this.#tell({ type: 'counts', counts });
    this.#timer = setTimeout(() => this.#next(), countsEveryMs);
  }
}
