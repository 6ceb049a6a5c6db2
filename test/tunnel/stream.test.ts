import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { openAgentEnd } from '../../src/tunnel/agent-end.ts';
import { type Arrival, acceptArrival } from '../../src/tunnel/arrivals.ts';
import type { ConnectingEnd } from '../../src/tunnel/connects.ts';
import { share, type TunnelEnd } from '../../src/tunnel/end.ts';
import { serveLaptopEnd } from '../../src/tunnel/laptop-end.ts';
import type { TunnelStream } from '../../src/tunnel/stream.ts';
import { until } from '../support/until.ts';
import { bytesOf } from './accepting.ts';
import { duplexOf } from './duplex-of.ts';
import { pipe } from './pipe.ts';

const ends: TunnelEnd[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) {
    end.destroy();
    await end.closed;
  }
});

const join = (onArrival: (arrival: Arrival) => void, pieceOf = (): number => 65_536) => {
  const [near, far] = pipe(pieceOf);
  const laptop = serveLaptopEnd(far, onArrival);
  const agent = openAgentEnd(near);
  ends.push(agent, laptop);
  return { agent, laptop };
};

const open = async (agent: ConnectingEnd): Promise<TunnelStream> => {
  const answer = await agent.connect('ic_a');
  if (!answer.ok) throw new Error(answer.reason);
  return answer.stream;
};

const echo = (arrival: Arrival): void => {
  acceptArrival(arrival);
  duplexOf(arrival.stream).pipe(duplexOf(arrival.stream));
};

test('whatever the pieces in which a carrier brings it, the same bytes come back', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });
  const lengths = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(sizes, lengths, async (pieces, wanted) => {
      let turn = 0;
      const { agent } = join(echo, () => pieces[turn++ % pieces.length] as number);
      const same = await Promise.all(
        wanted.map(async (length) => {
          const sent = randomBytes(length);
          const duplex = duplexOf(await open(agent));
          duplex.end(sent);
          return (await bytesOf(duplex)).equals(sent);
        }),
      );
      expect(same).toEqual(wanted.map(() => true));
    }),
    { numRuns: 15 },
  );
}, 60_000);

test('a thousand streams at once each get their own bytes', async () => {
  const { agent } = join(echo);
  const digests = await Promise.all(
    Array.from({ length: 1_000 }, async (_, at) => {
      const sent = Buffer.alloc(2_000 + at, String(at));
      const duplex = duplexOf(await open(agent));
      duplex.end(sent);
      const came = await bytesOf(duplex);
      return createHash('sha256').update(came).digest('hex') === digestOf(sent);
    }),
  );
  expect(digests.every(Boolean)).toBe(true);
}, 60_000);

const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** What one side does; then the stream is reset, by the one or the other. */
const states: readonly (readonly [string, (stream: TunnelStream) => void])[] = [
  ['fresh', () => {}],
  ['that has sent', (stream) => void stream.write(Buffer.from('x'))],
  ['that has ended', (stream) => stream.end()],
  ['that has sent more than the window', (stream) => void stream.write(Buffer.alloc(1_000_000))],
  [
    'that ends behind more than the window',
    (stream) => {
      stream.write(Buffer.alloc(1_000_000));
      stream.end();
    },
  ],
  ['that is paused', (stream) => stream.pause()],
  ['that nobody wants', (stream) => stream.discard()],
];

test.each(states)('a stream %s that is reset leaves nothing, whoever resets it', async (_, act) => {
  const before = share.total;
  for (const byLaptop of [true, false]) {
    const arrived: TunnelStream[] = [];
    const { agent } = join((arrival) => {
      acceptArrival(arrival);
      arrived.push(arrival.stream);
    });
    const near = await open(agent);
    const far = arrived[0] as TunnelStream;
    let closed = 0;
    for (const stream of [near, far]) {
      stream.resume();
      stream.whenClosed(() => {
        closed += 1;
      });
    }
    act(near);
    await new Promise((resolve) => setImmediate(resolve));
    act(far);
    (byLaptop ? far : near).reset(8);
    await until(() => closed === 2, 'both closed');
    expect(share.total).toBe(before);
    expect([near.isClosed, far.isClosed]).toEqual([true, true]);
  }
});

test('nothing is told before the first resume, and then everything in its order', async () => {
  const { agent } = join((arrival) => {
    acceptArrival(arrival);
    arrival.stream.write(Buffer.from('early '));
    arrival.stream.write(Buffer.from('words'));
    arrival.stream.end();
  });
  const stream = await open(agent);
  let all = '';
  stream.handler = {
    bytes: (bytes) => {
      all += bytes.toString();
    },
    end: () => {
      all += '.';
    },
    drain: () => {},
    closed: (clean) => {
      all += clean ? ' clean' : ' broken';
    },
  };
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(all).toBe('');
  stream.resume();
  stream.end();
  await until(() => all.includes('clean'));
  expect(all).toBe('early words. clean');
});
