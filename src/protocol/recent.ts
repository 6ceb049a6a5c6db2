/** Something that happened; `at` in milliseconds of one clock, `kind` is what is like it. */
export type Happening = { readonly at: number; readonly kind: string };

export type RecentLimits = {
  /** For one name, and for all together. */
  readonly each: number;
  readonly all: number;
  readonly ageMs: number;
};

/**
 * What happened lately, by name, oldest first. Beyond its limits the kind that a name has most of
 * loses its oldest, so that what happens all the time never hides what happened once.
 */
export class Recent<Item extends Happening> {
  private readonly limits: RecentLimits;
  private readonly byName = new Map<string, Item[]>();
  private total = 0;

  constructor(limits: RecentLimits) {
    this.limits = limits;
  }

  get size(): number {
    return this.total;
  }

  add(name: string, item: Item): void {
    const items = this.byName.get(name) ?? [];
    this.byName.set(name, items);
    items.push(item);
    this.total += 1;
    if (items.length > this.limits.each) this.dropOne(name, items);
    else if (this.total > this.limits.all) this.dropFromLongest();
  }

  /** What a name has that is not too old at `now`. */
  of(name: string, now: number): readonly Item[] {
    return (this.byName.get(name) ?? []).filter(({ at }) => now - at < this.limits.ageMs);
  }

  names(): Iterable<string> {
    return this.byName.keys();
  }

  forget(name: string): void {
    this.total -= this.byName.get(name)?.length ?? 0;
    this.byName.delete(name);
  }

  /** Forgets what is too old; the names that lost something. */
  expire(now: number): readonly string[] {
    const lost: string[] = [];
    for (const [name, items] of this.byName) {
      const young = items.filter(({ at }) => now - at < this.limits.ageMs);
      if (young.length === items.length) continue;
      lost.push(name);
      this.total -= items.length - young.length;
      if (young.length === 0) this.byName.delete(name);
      else this.byName.set(name, young);
    }
    return lost;
  }

  private dropFromLongest(): void {
    let longest: readonly [string, Item[]] | undefined;
    for (const entry of this.byName) {
      if (longest === undefined || entry[1].length > longest[1].length) longest = entry;
    }
    if (longest !== undefined) this.dropOne(...longest);
  }

  private dropOne(name: string, items: Item[]): void {
    const counts = new Map<string, number>();
    for (const { kind } of items) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const [most] = [...counts].sort((one, other) => other[1] - one[1]);
    items.splice(
      items.findIndex(({ kind }) => kind === most?.[0]),
      1,
    );
    this.total -= 1;
    if (items.length === 0) this.byName.delete(name);
  }
}
