import { describe, expect, test } from 'vitest';
import { FieldBlock } from '../../../src/protocol/http2/field-block.ts';

const calm = expect.objectContaining({ code: 0x0b });

describe('a field block', () => {
  test('of one part is that part, without a copy', () => {
    const block = new FieldBlock();
    block.begin(3, true, false);
    const part = Buffer.from('abc');
    expect(block).toMatchObject({ open: true, stream: 3, endStream: true });
    expect(block.add(part, true)).toBe(part);
    expect(block.open).toBe(false);
  });

  test('of many parts is all of them, even when their memory is used again', () => {
    const block = new FieldBlock();
    for (let time = 0; time < 2; time++) {
      block.begin(1, false, false);
      for (const text of ['ab', '', 'c']) {
        const part = Buffer.from(text);
        expect(block.add(part, false)).toBeUndefined();
        part.fill(0);
      }
      expect(block.open).toBe(true);
      expect(block.add(Buffer.from('d'), true)?.toString()).toBe('abcd');
    }
  });

  test('has at most 16 parts, also of nothing', () => {
    const block = new FieldBlock();
    block.begin(1, false, false);
    for (let part = 0; part < 16; part++) block.add(Buffer.alloc(0), false);
    expect(() => block.add(Buffer.alloc(0), true)).toThrow(calm);
  });

  test('has at most 128 KiB', () => {
    const block = new FieldBlock();
    block.begin(1, false, false);
    for (let part = 0; part < 7; part++) block.add(Buffer.alloc(16_384), false);
    expect(block.add(Buffer.alloc(16_384), true)).toHaveLength(128 * 1024);
    block.begin(1, false, false);
    for (let part = 0; part < 8; part++) block.add(Buffer.alloc(16_384), false);
    expect(() => block.add(Buffer.alloc(1), true)).toThrow(calm);
  });
});
