import { describe, expect, test } from 'vitest';
import { FrameWriter, recycle } from '../../../src/protocol/http2/frame-writer.ts';
import { framesOf } from './frames.ts';

const written = (writer: FrameWriter): Buffer =>
  Buffer.concat(writer.takeAll().map(({ bytes }) => bytes));

const flags = (writer: FrameWriter): readonly string[] =>
  framesOf(written(writer)).map(
    ({ type, flags: bits, stream, payload }) => `${type} ${bits} ${stream} ${payload.length}`,
  );

describe('a writer', () => {
  test('writes frames with their length, type, flags and stream', () => {
    const writer = new FrameWriter();
    writer.raw(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'));
    writer.frame(4, 1, 0);
    writer.frame(6, 0, 0, Buffer.from('12345678'));
    writer.numbers(8, 0x7fff_ffff, 0x7fff_fffe);
    writer.numbers(7, 0, 5, 0xffff_ffff);
    writer.data(3, Buffer.from('abcdef'), 2, 4, true);
    writer.headers(5, Buffer.from([0x82]), true);
    expect(written(writer).toString('hex')).toBe(
      [
        '505249202a20485454502f322e300d0a0d0a534d0d0a0d0a',
        '000000040100000000',
        '0000080600000000003132333435363738',
        '00000408007fffffff7ffffffe',
        '00000807000000000000000005ffffffff',
        '0000020001000000036364',
        '00000101050000000582',
      ].join(''),
    );
  });

  test.each([
    [0, ['1 4 1 0']],
    [16_384, ['1 4 1 16384']],
    [16_385, ['1 0 1 16384', '9 4 1 1']],
    [32_768, ['1 0 1 16384', '9 4 1 16384']],
    [70_000, ['1 0 1 16384', ...Array(3).fill('9 0 1 16384'), '9 4 1 4464']],
  ])('cuts a block of %i octets into frames', (octets, expected) => {
    const writer = new FrameWriter();
    writer.headers(1, Buffer.alloc(octets), false);
    expect(flags(writer)).toEqual(expected);
    writer.headers(1, Buffer.alloc(octets), true);
    const [first, ...rest] = flags(writer);
    expect(first?.split(' ')[1]).toBe(octets <= 16_384 ? '5' : '1');
    expect(rest).toEqual(expected.slice(1));
  });

  test('keeps the order over many pieces of memory, and counts what waits', () => {
    const writer = new FrameWriter();
    let octets = 0;
    for (let index = 0; index < 40; index++) {
      writer.data(index, Buffer.alloc(16_384, index), 0, 16_384 - index, false);
      octets += 16_384 - index + 9;
      expect(writer.waiting).toBe(octets);
    }
    const frames = framesOf(written(writer));
    expect(frames.map(({ stream }) => stream)).toEqual(Array.from({ length: 40 }, (_, at) => at));
    for (const { stream, payload } of frames) {
      expect(payload.equals(Buffer.alloc(16_384 - stream, stream))).toBe(true);
    }
    expect(writer.waiting).toBe(0);
    expect(writer.takeAll()).toEqual([]);
  });

  test('copies what is little, so that its memory is free at once', () => {
    const writer = new FrameWriter();
    writer.frame(6, 0, 0, Buffer.alloc(8));
    expect(writer.takeAll()).toMatchObject([{ slab: undefined }]);
  });

  test('never writes into memory that was taken before it is given back', () => {
    const writers = [new FrameWriter(), new FrameWriter()];
    const taken: { readonly bytes: Buffer; readonly before: string }[] = [];
    const lent = new Set<Buffer>();
    for (let round = 0; round < 200; round++) {
      const writer = writers[round % 2] as FrameWriter;
      for (let index = 0; index < 10; index++) {
        writer.data(1, Buffer.alloc(16_384, round), 0, 16_384, false);
      }
      for (const { bytes, slab } of writer.takeAll()) {
        expect(lent.has(slab as Buffer)).toBe(false);
        lent.add(slab as Buffer);
        taken.push({ bytes, before: bytes.toString('latin1') });
        if (round % 3 !== 0) continue;
        lent.delete(slab as Buffer);
        taken.pop();
        recycle(slab);
      }
    }
    for (const { bytes, before } of taken) expect(bytes.toString('latin1') === before).toBe(true);
  });
});
