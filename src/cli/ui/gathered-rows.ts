import type { ExchangeSummary } from '../recorder/view.ts';
import { rowsMax } from './model/model.ts';

/** Requests that changed since the last frame; of more than the list keeps, the newest ones. */
export class GatheredRows {
  #rows = new Map<string, ExchangeSummary>();

  add(row: ExchangeSummary): void {
    // Behind all others, so that the first is the oldest.
    this.#rows.delete(row.id);
    this.#rows.set(row.id, row);
    if (this.#rows.size <= rowsMax) return;
    const [oldest] = this.#rows.keys();
    if (oldest !== undefined) this.#rows.delete(oldest);
  }

  /** All of them, in the order in which they changed last; forgets them. */
  take(): readonly ExchangeSummary[] {
    if (this.#rows.size === 0) return [];
    const rows = [...this.#rows.values()];
    this.#rows = new Map();
    return rows;
  }
}
