import { afterEach, describe, expect, test } from 'vitest';
import { bodyFaults, hostileHeads, smuggles } from '../../../protocol/http1/vectors/all.ts';
import {
  chunk,
  chunkedField,
  host,
  lastChunk,
  message,
} from '../../../protocol/http1/vectors/compose.ts';
import { hidden, innocent } from '../../../protocol/http1/vectors/smuggling.ts';
import type { Smuggle } from '../../../protocol/http1/vectors/vector.ts';
import { openRawClient, type RawClient } from '../../../support/raw-client.ts';
import { until } from '../../../support/until.ts';
import {
  attack,
  correctlyRead,
  type Front,
  forwardedBytes,
  inFrontOf,
  inWords,
  isStartOf,
} from './attack.ts';
import { readLeniently } from './lenient-reader.ts';
import { type Contained, contained, type Sloppiness, sloppy } from './sloppiness.ts';

type Attack = { readonly name: string; readonly bytes: string };

// For servers that don't know chunks in HTTP/1.0.
const oldChunks: readonly Attack[] = [[host], [host, 'Connection: keep-alive']].map((fields) => ({
  name: `in a chunk in HTTP/1.0 with ${fields.length} more lines`,
  bytes: message(
    'POST /attack HTTP/1.0',
    [...fields, chunkedField],
    chunk(hidden) + lastChunk() + innocent,
  ),
}));

// On a new connection an empty first line is no HTTP/1: it is spliced whole, and not counted.
const attacks: readonly Attack[] = [
  ...smuggles,
  ...oldChunks,
  ...hostileHeads,
  ...bodyFaults.map(({ name, head, body }) => ({ name, bytes: head + body })),
].filter(({ bytes }) => !/^\r?\n/.test(bytes));

const fronts: Front[] = [];
afterEach(async () => {
  for (const { close } of fronts.splice(0)) await close();
});
const front = async (how: Sloppiness): Promise<Front> => {
  const one = await inFrontOf(how);
  fronts.push(one);
  return one;
};

const seenBy = (how: Sloppiness, bytes: string): readonly string[] =>
  readLeniently(bytes, how).map(inWords);

const sendsTwo = 'GET /smuggled';
const isFooled = (how: Sloppiness, bytes: string): boolean =>
  seenBy(how, bytes).includes(sendsTwo) && !correctlyRead(bytes).includes(sendsTwo);

describe('a lenient server', () => {
  test.each([...sloppy, ...contained].map((how) => [how.name, how] as const))(
    'is fooled when nobody stands before it: %s',
    (_, how) => {
      expect(smuggles.filter(({ bytes }) => isFooled(how, bytes)).length).toBeGreaterThan(300);
    },
  );

  // One pass for all of them: they answer alike for as long as they read alike.
  test('sees no more and no other requests than the agent has counted, however it reads', async () => {
    const wrong: unknown[] = [];
    const one = async (lane: Front, { name, bytes }: Attack): Promise<void> => {
      const { counted, received } = await attack(lane, bytes);
      const expected = correctlyRead(bytes).slice(0, counted);
      for (const how of sloppy) {
        const seen = seenBy(how, received);
        const isWell = expected.length === counted && isStartOf(expected, seen);
        if (!isWell || seen.length > counted) wrong.push({ name, how: how.name, expected, seen });
      }
    };
    const waiting = [...attacks];
    const lanes = await Promise.all(sloppy.slice(0, 8).map((how) => front(how)));
    await Promise.all(
      lanes.map(async (lane) => {
        for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
          await one(lane, next);
        }
      }),
    );
    expect(wrong).toEqual([]);
  });
});

const answers = (client: RawClient): number =>
  client.text().match(/HTTP\/1\.1 200 OK\r\nContent-Length/g)?.length ?? 0;

const seesMore = (how: Contained): readonly Smuggle[] =>
  smuggles.filter(
    ({ bytes }) => !isStartOf(correctlyRead(bytes), seenBy(how, forwardedBytes(bytes))),
  );

describe.each(contained.map((how) => [how.name, how] as const))(
  'a server that sees more: %s',
  (_, how) => {
    const exceptions = seesMore(how);

    test('does so in the listed families only', () => {
      expect([...new Set(exceptions.map(({ family }) => family))].sort()).toEqual(how.families);
    });

    test.each(exceptions.map((vector) => [vector.name, vector] as const))(
      'and nobody but the attacker has to do with it: %s',
      async (_name, { bytes }) => {
        const { server, agent, counted } = await front(how);
        const before = await openRawClient(agent.port);
        await until(() => server.received().length === 1, 'the first connection');
        before.write('GET /before/1 HTTP/1.1\r\nHost: a\r\n\r\n');
        await before.until((text) => text.endsWith('GET /before/1\n'));
        const attacker = await openRawClient(agent.port);
        await until(() => server.received().length === 2, 'the second connection');
        attacker.write(bytes);
        await until(() => server.received()[1] === forwardedBytes(bytes), 'the attack');
        before.write('GET /before/2 HTTP/1.1\r\nHost: a\r\n\r\n');
        await before.until((text) => text.endsWith('GET /before/2\n'));
        const behind = await openRawClient(agent.port);
        behind.write('GET /behind HTTP/1.1\r\nHost: a\r\n\r\n');
        await behind.until((text) => text.endsWith('GET /behind\n'));
        const [one, attacked, other] = server.seen().map((seen) => seen.map(inWords));
        expect({ one, other }).toEqual({
          one: ['GET /before/1', 'GET /before/2'],
          other: ['GET /behind'],
        });
        expect(attacked).not.toEqual(correctlyRead(bytes));
        attacker.socket.end();
        await attacker.closed;
        // Three of the counted requests are the bystanders'.
        expect(answers(attacker)).toBeLessThanOrEqual(counted() - 3);
        expect([answers(before), answers(behind)]).toEqual([2, 1]);
        for (const { socket } of [before, attacker, behind]) socket.destroy();
      },
    );
  },
);
