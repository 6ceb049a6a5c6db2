import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connectionPreface } from '../../../src/protocol/http2/constants.ts';
import { FieldEncoder } from '../../../src/protocol/http2/hpack/encoder.ts';
import { Bench, fieldsOf } from './bench.ts';
import { emptySettings, frame, number, settingsPayload } from './frames.ts';
import { extendedRequests, requests } from './message-table.ts';
import { nodeServerReads } from './node-server.ts';

const begin = Buffer.concat([connectionPreface, emptySettings]);

/** The heads that our server hands on; none of them may throw anything. */
const weRead = (pieces: readonly Buffer[]): readonly string[] => {
  const bench = new Bench('server', {}, false);
  for (const piece of pieces) bench.session.take(Buffer.from(piece));
  bench.output();
  return bench
    .heard()
    .filter((line) => line.startsWith('request'))
    .map((line) => line.replace(/^request \d+ /, '').replace(/ end$/, ''));
};

/** Where we let a request through that Node refuses, and why that is right. */
const differences: readonly (readonly [RegExp, string])[] = [
  [/^(?!.*(:authority|host)=)/, 'RFC 9113 8.3.1 asks for neither; the service decides'],
  [/:authority= |:authority=$|host=( |$)/, 'an empty host is one for RFC 3986'],
];

const isKnown = (head: string): boolean => differences.some(([form]) => form.test(head));

/** Frames that end a connection of Node's and say nothing about a request. */
const endsNode = (bytes: Buffer): boolean => {
  for (let at = begin.length; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    const type = bytes.readUInt8(at + 3);
    const isAck = (bytes.readUInt8(at + 4) & 1) !== 0;
    if (isAck && (type === 4 || type === 6)) return true;
    // Settings of RFC 9218 and others that we do not know: Node minds how they change.
    if (type === 4 && at + 11 <= bytes.length && bytes.readUInt16BE(at + 9) > 6) return true;
  }
  return false;
};

const wordOf = (lines: readonly string[]): Buffer =>
  frame(1, 4, 1, Buffer.from(new FieldEncoder().encode(fieldsOf(...lines))));

describe('a request that we hand on', () => {
  test.each([...requests, ...extendedRequests])(
    'is one for Node: %s',
    async (_, lines, expected) => {
      const bytes = Buffer.concat([begin, wordOf(lines)]);
      const ours = weRead([bytes]);
      if (expected === 'accepted' && !lines.some((line) => line.startsWith(':protocol'))) {
        expect(ours).toHaveLength(1);
      }
      const [head] = ours;
      if (head === undefined || isKnown(head)) return;
      const [theirs] = await nodeServerReads([bytes]);
      expect(theirs?.head).toBe(head);
    },
  );
});

const names = fc.constantFrom(
  ...[':method', ':path', ':scheme', ':authority', ':status', ':protocol', 'host', 'te', 'x'],
  ...['content-length', 'connection', 'cookie', 'X', '', ':', 'transfer-encoding'],
);
const values = fc.constantFrom(
  ...['GET', 'POST', 'CONNECT', 'OPTIONS', '/', '*', 'http', 'https', 'a', 'b:80', '', '5', '0'],
  ...['trailers', ' ', 'a b', '200', '\0', '\x7f', 'é', 'a@b', '/a?b#c', '1, 1', 'websocket'],
);
const anyLine = fc.tuple(names, values).map(([name, value]) => `${name}=${value}`);
const usual = [':method=POST', ':scheme=http', ':path=/', ':authority=a'];
const anyHead = fc.oneof(
  fc.array(anyLine, { maxLength: 6 }),
  fc.array(anyLine, { maxLength: 2 }).map((more) => [...usual, ...more]),
);

type Piece = (encoder: FieldEncoder) => Buffer;
const stream = fc.constantFrom(1, 3, 5, 7, 2, 0);
const anyFrame: fc.Arbitrary<Piece> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(stream, anyHead, fc.boolean()).map(
      ([id, lines, end]): Piece =>
        (encoder) =>
          frame(1, end ? 5 : 4, id, Buffer.from(encoder.encode(fieldsOf(...lines)))),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(stream, fc.string({ maxLength: 8 }), fc.boolean()).map(
      ([id, text, end]): Piece =>
        () =>
          frame(0, end ? 1 : 0, id, Buffer.from(text)),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(stream, fc.nat(14)).map(
      ([id, code]): Piece =>
        () =>
          frame(3, 0, id, number(code)),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(stream, fc.nat()).map(
      ([id, octets]): Piece =>
        () =>
          frame(8, 0, id, number(octets)),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(9), fc.nat()).map(
      ([id, value]): Piece =>
        () =>
          frame(4, 0, 0, settingsPayload(id, value)),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(12), fc.nat(255), stream, fc.uint8Array({ maxLength: 20 })).map(
      ([type, flags, id, bytes]): Piece =>
        () =>
          frame(type, flags, id, Buffer.from(bytes)),
    ),
  },
);

const anyBytes = fc
  .record({
    frames: fc.array(anyFrame, { maxLength: 12 }),
    changes: fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 3 }),
    changed: fc.boolean(),
    cuts: fc.array(fc.nat(600), { maxLength: 4 }),
  })
  .map(({ frames, changes, changed, cuts }) => {
    const encoder = new FieldEncoder();
    const bytes = Buffer.concat([begin, ...frames.map((piece) => piece(encoder))]);
    if (changed)
      for (const [at, octet] of changes)
        if (at >= begin.length && at < bytes.length) bytes[at] = octet;
    const places = [0, ...cuts.filter((at) => at < bytes.length).sort((a, b) => a - b)];
    return places.map((at, index) => bytes.subarray(at, places[index + 1]));
  });

const runs = Number(process.env['BYWAY_FUZZ_RUNS'] ?? 300);

test('whatever a client sends, each request that we hand on is one that Node reads the same', async () => {
  await fc.assert(
    fc.asyncProperty(anyBytes, async (pieces) => {
      const ours = weRead(pieces);
      expect(weRead([Buffer.concat(pieces)])).toEqual(ours);
      if (ours.length === 0 || ours.some(isKnown) || endsNode(Buffer.concat(pieces))) return;
      const theirs = (await nodeServerReads(pieces)).map(({ head }) => head);
      for (const head of ours) expect(theirs).toContain(head);
    }),
    { numRuns: runs },
  );
}, 600_000);

test('random bytes end a session and throw nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (bytes, isBegun) => {
      const server = new Bench('server', {}, isBegun);
      server.session.take(Buffer.from(bytes));
      const client = new Bench('client', {}, isBegun);
      client.request(':method=GET').sendHead(fieldsOf(...usual), false);
      client.session.take(Buffer.from(bytes));
      expect(server.output().length + client.output().length).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 5 * runs },
  );
});
