/** How often the manager has said no, by why; the reasons are a closed set. */
export class Refusals {
  readonly #counts = new Map<string, number>();

  count(reason: string): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }

  all(): ReadonlyMap<string, number> {
    return this.#counts;
  }
}
