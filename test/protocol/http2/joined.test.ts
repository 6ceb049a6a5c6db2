import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fieldsOf } from './bench.ts';
import { type End, openSide, Pipe, type Side, sendRequest } from './joined.ts';

type Step =
  | { readonly do: 'request'; readonly end: boolean }
  | {
      readonly do: 'head' | 'trailers' | 'reset';
      readonly at: number;
      readonly server: boolean;
    }
  | {
      readonly do: 'data';
      readonly at: number;
      readonly server: boolean;
      readonly octets: number;
      readonly end: boolean;
    }
  | {
      readonly do: 'release';
      readonly at: number;
      readonly server: boolean;
      readonly octets: number;
    }
  | {
      readonly do: 'move';
      readonly server: boolean;
      readonly octets: number;
      readonly piece: number;
    }
  | { readonly do: 'writable'; readonly server: boolean; readonly yes: boolean };

const at = fc.nat(20);
const server = fc.boolean();
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('request' as const), end: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('head' as const, 'head', 'trailers', 'reset'),
      at,
      server,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('data' as const),
      at,
      server,
      octets: fc.nat(40_000),
      end: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('release' as const),
      at,
      server,
      octets: fc.nat(40_000),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      ...{ do: fc.constant('move' as const), server },
      ...{ octets: fc.nat(30_000), piece: fc.constantFrom(7, 1000, 100_000) },
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('writable' as const), server, yes: fc.boolean() }),
  },
);

let count = 0;
const dataOf = (octets: number): Buffer => {
  count += 1;
  return Buffer.alloc(octets, `${count.toString(36)},`);
};

const release = (end: End, octets: number): void => {
  const some = Math.min(octets, end.held);
  end.held -= some;
  end.stream.release(some);
};

/** Two sessions, and what random programs do to them. */
class World {
  private requests = 0;
  readonly client: Side = openSide('client');
  readonly server: Side = openSide('server');
  readonly up = new Pipe(this.client, this.server);
  readonly down = new Pipe(this.server, this.client);

  constructor() {
    this.up.other = this.down;
    this.down.other = this.up;
    for (let time = 0; time < 3; time++) this.exchange();
  }

  act(step: Step): void {
    if (step.do === 'request') {
      this.requests += 1;
      sendRequest(this.client, `${this.requests}`, step.end);
      return;
    }
    if (step.do === 'move') {
      (step.server ? this.down : this.up).move(step.octets, step.piece);
      return;
    }
    const side = step.server ? this.server : this.client;
    if (step.do === 'writable') side.session.setWritable(step.yes);
    else this.actOn(side, step);
  }

  private actOn(side: Side, step: Exclude<Step, { do: 'request' | 'move' | 'writable' }>): void {
    const ends = [...side.ends.values()];
    const end = ends[step.at % Math.max(ends.length, 1)];
    if (end === undefined) return;
    if (step.do === 'release') release(end, step.octets);
    if (end.sentEnd !== 'no' || end.stream.closed) return;
    if (step.do === 'reset') {
      end.sentEnd = 'reset';
      end.stream.reset(8);
    } else if (side === this.server && !hasHead.has(end)) {
      hasHead.add(end);
      end.stream.sendHead(fieldsOf(':status=200'), false);
    } else if (step.do === 'data') {
      const bytes = dataOf(step.octets);
      end.sent += bytes.toString('latin1');
      if (step.end) end.sentEnd = 'data';
      end.stream.sendData(bytes, step.end);
      bytes.fill(0);
    } else if (step.do === 'trailers') {
      end.sent += '|a=b';
      end.sentEnd = 'trailers';
      end.stream.sendTrailers(fieldsOf('a=b'));
    }
  }

  /** Ends what is not ended, and moves and releases until nothing happens any more. */
  settle(): void {
    for (const side of [this.client, this.server]) side.session.setWritable(true);
    for (let round = 0; round < 2000; round++) {
      this.exchange();
      for (const side of [this.client, this.server]) this.finish(side);
      if (this.client.session.open + this.server.session.open === 0) return;
    }
  }

  private exchange(): void {
    this.up.move(Number.POSITIVE_INFINITY, 100_000);
    this.down.move(Number.POSITIVE_INFINITY, 100_000);
  }

  private finish(side: Side): void {
    for (const end of side.ends.values()) {
      release(end, Number.POSITIVE_INFINITY);
      if (end.sentEnd !== 'no' || end.stream.closed) continue;
      if (side === this.server && !hasHead.has(end)) {
        hasHead.add(end);
        end.stream.sendHead(fieldsOf(':status=200'), false);
      }
      end.sentEnd = 'data';
      end.stream.sendData(Buffer.alloc(0), true);
    }
  }
}

const hasHead = new WeakSet<End>();

const wasReset = (...ends: readonly (End | undefined)[]): boolean =>
  ends.some((end) => end === undefined || end.sentEnd === 'reset' || end.heardEnd === 'reset');

const compare = (from: End, to: End): void => {
  if (wasReset(from, to)) expect(from.sent.startsWith(to.heard)).toBe(true);
  else {
    expect(to.heard === from.sent).toBe(true);
    expect(to.heardEnd).toBe(from.sentEnd);
    expect(from.told).toBe(from.sent.replace('|a=b', '').length);
  }
};

const leftOf = ({ session }: Side): unknown => {
  const { core } = session as unknown as { core: Record<string, unknown> };
  const blocked = core['blocked'] as { size: number };
  const [streams, waiting] = [
    core['streams'] as Map<number, unknown>,
    core['waiting'] as unknown[],
  ];
  return {
    streams: streams.size,
    waiting: waiting.length,
    blocked: blocked.size,
    unreleased: (core['credit'] as { unreleased: number }).unreleased,
  };
};

describe('two sessions that are joined', () => {
  test('bring everything once and in order, or reset it at both ends', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { minLength: 20, maxLength: 150 }), (steps) => {
        const world = new World();
        for (const step of steps) world.act(step);
        world.settle();
        const { client, server: other, up, down } = world;
        expect([...client.faults, ...other.faults, ...up.faults, ...down.faults]).toEqual([]);
        for (const [name, end] of client.ends) {
          const there = other.ends.get(name);
          if (there === undefined) {
            expect(wasReset(end)).toBe(true);
            continue;
          }
          compare(end, there);
          compare(there, end);
          expect(wasReset(end)).toBe(wasReset(there));
        }
        const nothing = { streams: 0, waiting: 0, blocked: 0, unreleased: 0 };
        expect([leftOf(client), leftOf(other)]).toEqual([nothing, nothing]);
      }),
      { numRuns: Number(process.env['BYWAY_FUZZ_RUNS'] ?? 300) },
    );
  });
});
