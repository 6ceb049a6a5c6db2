import { PatternFault } from './fault.ts';
import type { Range, Syntax } from './syntax.ts';
import { encodings } from './utf8.ts';

/** A step of a machine that may be in several places at once. */
export type Place =
  | {
      readonly type: 'octet';
      readonly first: number;
      readonly last: number;
      readonly next: number;
    }
  /** Goes on at all of these without reading. */
  | { readonly type: 'fork'; readonly next: readonly number[] }
  /** Goes on only before the first octet, or only after the last one. */
  | { readonly type: 'begin' | 'end'; readonly next: number }
  | { readonly type: 'accept' };

export type Machine = { readonly start: number; readonly places: readonly Place[] };

// Far beyond what becomes an automaton within its limits; it keeps `((a{1000}){1000})` short.
const placesMax = 20_000;

/** Builds the machine that reads UTF-8 octets. Throws `PatternFault` when it would be too large. */
export const machineOf = (syntax: Syntax): Machine => {
  const builder = new Builder();
  const accept = builder.add({ type: 'accept' });
  return { start: builder.build(syntax, accept), places: builder.places };
};

/** Builds from the end to the beginning: each part is given the place where it goes on. */
class Builder {
  readonly places: Place[] = [];
  private built = 0;

  add(place: Place): number {
    if (this.places.length >= placesMax) throw tooLarge();
    return this.places.push(place) - 1;
  }

  build(syntax: Syntax, next: number): number {
    if (++this.built > placesMax) throw tooLarge();
    switch (syntax.type) {
      case 'set':
        return this.set(syntax.ranges, next);
      case 'octets':
        return this.fork(
          syntax.ranges.map(([first, last]) => this.add({ type: 'octet', first, last, next })),
        );
      case 'sequence':
        return syntax.parts.reduceRight((after, part) => this.build(part, after), next);
      case 'choice':
        return this.fork(syntax.parts.map((part) => this.build(part, next)));
      case 'repeat':
        return this.repeat(syntax, next);
      default:
        return this.add({ type: syntax.type, next });
    }
  }

  private fork(next: readonly number[]): number {
    return next.length === 1 ? (next[0] as number) : this.add({ type: 'fork', next });
  }

  private set(ranges: readonly Range[], next: number): number {
    const ends = new Map<string, number>();
    const starts = encodings(ranges).map((octets) =>
      octets.reduceRight((after, [first, last]) => {
        const key = `${first} ${last} ${after}`;
        const place = ends.get(key) ?? this.add({ type: 'octet', first, last, next: after });
        ends.set(key, place);
        return place;
      }, next),
    );
    return this.fork([...new Set(starts)]);
  }

  private repeat(
    { part, least, most }: Extract<Syntax, { readonly type: 'repeat' }>,
    next: number,
  ): number {
    let start = next;
    if (most === Number.POSITIVE_INFINITY) {
      const again: number[] = [];
      start = this.add({ type: 'fork', next: again });
      again.push(this.build(part, start), next);
    } else {
      for (let count = least; count < most; count++) {
        start = this.fork([this.build(part, start), next]);
      }
    }
    for (let count = 0; count < least; count++) start = this.build(part, start);
    return start;
  }
}

const tooLarge = (): PatternFault =>
  new PatternFault('it is too large; use fewer or smaller repetitions', 0);
