import { expect, test, vi } from 'vitest';
import { FieldDecoder } from '../../../../src/protocol/http2/hpack/decoder.ts';
import { entriesOf, hex } from './reading.ts';

const limits = { bytes: 65_536, fields: 200 };
const heapBytesMax = 16_000_000;

/** How many more bytes of heap there are after `act`, garbage included. */
const heapGrowthOf = (act: () => void): number => {
  const before = process.memoryUsage().heapUsed;
  act();
  return process.memoryUsage().heapUsed - before;
};

const large = Buffer.concat([hex('40 01 61 7f a11e'), Buffer.alloc(4000, 'v')]);

test('one large entry, indexed four million times', () => {
  const decoder = new FieldDecoder(4096);
  expect(decoder.decode(large, limits)).toHaveLength(1);
  const block = Buffer.alloc(4_000_000, 0xbe);
  const growth = heapGrowthOf(() => expect(decoder.decode(block, limits)).toBeUndefined());
  expect(growth).toBeLessThan(heapBytesMax);
  expect(decoder.decode(hex('be'), limits)?.[0]?.value).toHaveLength(4000);
});

test.each([
  ['plain', '00'],
  ['never', '10'],
])(
  'two hundred thousand literals of 96 octets in Huffman code that nobody may index: %s',
  (_, pattern) => {
    // 60 octets of zeros are 96 times "0".
    const literal = hex(`${pattern} 8a ${'00'.repeat(10)} bc ${'00'.repeat(60)}`);
    const block = Buffer.alloc(literal.length * 200_000, literal);
    const decoder = new FieldDecoder(4096);
    const growth = heapGrowthOf(() => expect(decoder.decode(block, limits)).toBeUndefined());
    expect(growth).toBeLessThan(heapBytesMax);
    expect(decoder.table.count).toBe(0);
  },
);

test('behind the limit no string is made of what is not added to the table', () => {
  const block = Buffer.alloc(500_000, hex('10 01 61 01 62'));
  const spy = vi.spyOn(block, 'toString');
  expect(new FieldDecoder(4096).decode(block, limits)).toBeUndefined();
  // Name and value of the fields up to the limit, and of the one that passes it.
  expect(spy).toHaveBeenCalledTimes((limits.fields + 1) * 2);
});

test('a hundred thousand insertions leave what fits', () => {
  const literal = hex('40 01 61 01 62');
  const block = Buffer.alloc(literal.length * 100_000, literal);
  const decoder = new FieldDecoder(4096);
  expect(decoder.decode(block, limits)).toBeUndefined();
  expect(decoder.table).toMatchObject({ count: 120, bytes: 4080 });
  expect(entriesOf(decoder.table)).toHaveLength(120);
});

test('a string of megabytes is no entry', () => {
  const length = hex('7f 81 91 f4 01');
  const block = Buffer.concat([hex('40 01 61'), length, Buffer.alloc(4_000_000, 'v')]);
  expect(() => new FieldDecoder(4096).decode(block.subarray(0, -1), limits)).toThrow('passes');
  const decoder = new FieldDecoder(4096);
  expect(decoder.decode(block, limits)).toBeUndefined();
  expect(decoder.table.count).toBe(0);
});

test('a hundred thousand changes of the table size', () => {
  const change = hex('20 3f e1 1f');
  const decoder = new FieldDecoder(4096);
  expect(decoder.decode(Buffer.alloc(change.length * 100_000, change), limits)).toEqual([]);
  expect(decoder.table.bytesMax).toBe(4096);
});
