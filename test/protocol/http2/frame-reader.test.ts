import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameReader } from '../../../src/protocol/http2/frame-reader.ts';
import { frame } from './frames.ts';

/** What a reader tells, data put together again. */
const readAll = (pieces: readonly Buffer[]): readonly string[] => {
  const log: string[] = [];
  let data: Buffer[] = [];
  let wasLast = false;
  const reader = new FrameReader({
    frame: (type, flags, stream, payload) =>
      log.push(`frame ${type} ${flags} ${stream} ${payload.toString('hex')}`),
    dataBegins: (stream, length, endStream) => {
      log.push(`data ${stream} ${length} ${endStream}`);
      data = [];
      wasLast = false;
    },
    dataPiece: (bytes, isLast) => {
      expect(wasLast).toBe(false);
      expect(bytes.length).toBeGreaterThan(0);
      data.push(Buffer.from(bytes));
      wasLast = isLast;
    },
    dataEnds: () => log.push(`ends ${Buffer.concat(data).toString('hex')}`),
  });
  for (const piece of pieces) {
    const lent = Buffer.from(piece);
    reader.take(lent);
    lent.fill(0xee);
  }
  return log;
};

const cutAt = (bytes: Buffer, ...places: readonly number[]): readonly Buffer[] =>
  [0, ...places].map((place, index) => bytes.subarray(place, places[index]));

const everyKind: readonly (readonly [string, Buffer, string])[] = [
  ['DATA', frame(0, 0, 1, '616263'), 'data 1 3 false|ends 616263'],
  ['DATA that ends', frame(0, 1, 1, '616263'), 'data 1 3 true|ends 616263'],
  ['empty DATA', frame(0, 1, 1), 'data 1 0 true|ends '],
  ['DATA with padding', frame(0, 8, 3, '0261620000'), 'data 3 5 false|ends 6162'],
  ['DATA that is padding only', frame(0, 9, 3, '020000'), 'data 3 3 true|ends '],
  ['DATA with a padding of 0', frame(0, 8, 3, '00'), 'data 3 1 false|ends '],
  ['HEADERS', frame(1, 5, 1, '82868441'), 'frame 1 5 1 82868441'],
  ['PRIORITY', frame(2, 0, 5, '0000000010'), 'frame 2 0 5 0000000010'],
  ['RST_STREAM', frame(3, 0, 5, '00000008'), 'frame 3 0 5 00000008'],
  ['SETTINGS', frame(4, 0, 0, '000300000064'), 'frame 4 0 0 000300000064'],
  ['empty SETTINGS', frame(4, 1, 0), 'frame 4 1 0 '],
  ['PUSH_PROMISE', frame(5, 4, 1, '0000000282'), 'frame 5 4 1 0000000282'],
  ['PING', frame(6, 0, 0, '0102030405060708'), 'frame 6 0 0 0102030405060708'],
  ['GOAWAY', frame(7, 0, 0, '000000000000000061'), 'frame 7 0 0 000000000000000061'],
  ['WINDOW_UPDATE', frame(8, 0, 7, '00000001'), 'frame 8 0 7 00000001'],
  ['CONTINUATION', frame(9, 4, 1, '82'), 'frame 9 4 1 82'],
  ['a type that nobody knows', frame(0xaa, 0xff, 9, '0102'), 'frame 170 255 9 0102'],
];

describe('a frame', () => {
  test.each(everyKind)('is read as it is, cut at every octet: %s', (_, bytes, expected) => {
    for (let at = 0; at <= bytes.length; at++) {
      expect(readAll(cutAt(bytes, at)).join('|')).toBe(expected);
    }
    const octets = Array.from(bytes, (octet) => Buffer.from([octet]));
    expect(readAll(octets).join('|')).toBe(expected);
  });

  test('may be followed by others in the same piece, or end inside the next', () => {
    const all = Buffer.concat(everyKind.map(([, bytes]) => bytes));
    const expected = everyKind.map(([, , log]) => log).join('|');
    for (let at = 0; at <= all.length; at++) {
      for (const more of [1, 9, 10, 23]) {
        const pieces = cutAt(all, at, Math.min(at + more, all.length));
        expect(readAll(pieces).join('|')).toBe(expected);
      }
    }
  });

  test('has a reserved bit before its stream that is ignored', () => {
    expect(readAll([frame(3, 0, 0x8000_0005, '00000008')])).toEqual(['frame 3 0 5 00000008']);
    expect(readAll([frame(0, 0, 0xffff_ffff, '61')])[0]).toBe('data 2147483647 1 false');
  });

  test('has at most 16 KiB of payload, whatever its type, and the length alone decides', () => {
    for (const type of [0, 1, 4, 0xaa]) {
      expect(() => readAll([frame(type, 0, 1, Buffer.alloc(16_384))])).not.toThrow();
      const head = frame(type, 0, 1, Buffer.alloc(16_385)).subarray(0, 9);
      expect(() => readAll([head])).toThrow(expect.objectContaining({ code: 6 }));
      expect(() => readAll([frame(type, 0, 1, Buffer.alloc(70_000)).subarray(0, 9)])).toThrow();
    }
  });
});

describe('the padding of DATA', () => {
  test.each(Array.from({ length: 256 }, (_, padding) => padding))('of %i octets', (padding) => {
    for (const data of ['', '61', '616263']) {
      const payload = `${padding.toString(16).padStart(2, '0')}${data}${'00'.repeat(padding)}`;
      const bytes = frame(0, 9, 1, payload);
      const expected = [`data 1 ${payload.length / 2} true`, `ends ${data}`];
      expect(readAll([bytes])).toEqual(expected);
      expect(readAll(cutAt(bytes, 10))).toEqual(expected);
      expect(readAll(cutAt(bytes, bytes.length - 1))).toEqual(expected);
    }
    const tooMuch = `${padding.toString(16).padStart(2, '0')}${'00'.repeat(Math.max(padding - 1, 0))}`;
    const read = (): unknown => readAll([frame(0, 9, 1, tooMuch)]);
    if (padding > 0) expect(read).toThrow(expect.objectContaining({ code: 1 }));
  });

  test('needs an octet for its length', () => {
    expect(() => readAll([frame(0, 8, 1)])).toThrow(expect.objectContaining({ code: 6 }));
  });
});

test('frames cut anywhere are the same frames', () => {
  const anyFrame = fc
    .record({
      type: fc.nat(12),
      flags: fc.nat(255),
      stream: fc.nat(0x7fff_ffff),
      payload: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    })
    .map(({ type, flags, stream, payload }) => {
      const bytes = Buffer.from(payload);
      if (type === 0) bytes[0] = Math.min(bytes[0] as number, bytes.length - 1);
      return frame(type, flags, stream, bytes);
    });
  fc.assert(
    fc.property(
      fc.array(anyFrame, { maxLength: 8 }),
      fc.array(fc.nat(3000), { maxLength: 12 }),
      (frames, cuts) => {
        const bytes = Buffer.concat(frames);
        const places = cuts.filter((place) => place < bytes.length).sort((a, b) => a - b);
        expect(readAll(cutAt(bytes, ...places))).toEqual(readAll([bytes]));
      },
    ),
    { numRuns: 300 },
  );
});
