import { describe, expect, test } from 'vitest';
import { FieldDecoder, HpackFault } from '../../../../src/protocol/http2/hpack/decoder.ts';

import { staticFields } from '../../../../src/protocol/http2/hpack/static-table.ts';
import { fieldExamples, huffmanExamples, plainExamples } from './appendix-examples.ts';
import { ample, entriesOf, hex, linesOf } from './reading.ts';

const examples = [...plainExamples, ...huffmanExamples];

describe('the examples of RFC 7541', () => {
  test.each(fieldExamples)('$section', ({ bytes, field, tableBytes }) => {
    const decoder = new FieldDecoder(4096);
    const fields = decoder.decode(hex(bytes), ample);
    expect(fields?.map(({ name, value, indexing }) => [name, value, indexing])).toEqual([field]);
    expect(decoder.table.bytes).toBe(tableBytes);
    expect(decoder.table.count).toBe(tableBytes === 0 ? 0 : 1);
  });

  test.each(examples)('$section', ({ tableBytesMax, blocks }) => {
    const decoder = new FieldDecoder(tableBytesMax);
    for (const { bytes, fields, table, tableBytes } of blocks) {
      expect(linesOf(decoder.decode(hex(bytes), ample))).toEqual(fields);
      expect(linesOf(entriesOf(decoder.table))).toEqual(table);
      expect(decoder.table.bytes).toBe(tableBytes);
    }
  });

  test.each(examples)('$section, cut at every octet', ({ tableBytesMax, blocks }) => {
    for (const [at, { bytes, fields }] of blocks.entries()) {
      const block = hex(bytes);
      let whole = 0;
      for (let end = 0; end <= block.length; end++) {
        const decoder = new FieldDecoder(tableBytesMax);
        for (const before of blocks.slice(0, at)) decoder.decode(hex(before.bytes), ample);
        const read = linesOrFault(decoder, block.subarray(0, end));
        if (read === undefined) continue;
        expect(read).toEqual(fields.slice(0, whole));
        whole++;
      }
      // Only where a field ends a cut block can be taken for a whole one.
      expect(whole).toBe(fields.length + 1);
    }
  });
});

const linesOrFault = (decoder: FieldDecoder, block: Buffer): readonly string[] | undefined => {
  try {
    return linesOf(decoder.decode(block, ample));
  } catch (error) {
    expect(error).toBeInstanceOf(HpackFault);
    return undefined;
  }
};

test('all of the static table, as the same objects each time', () => {
  const block = Buffer.from(Array.from({ length: 61 }, (_, at) => 0x81 + at));
  const [first, second] = [new FieldDecoder(4096), new FieldDecoder(0)];
  const fields = first.decode(block, ample);
  expect(fields).toHaveLength(61);
  for (const [at, field] of second.decode(block, ample)?.entries() ?? []) {
    expect(field).toBe(fields?.[at]);
    expect(field).toBe(staticFields[at]);
    expect(field.staticIndex).toBe(at + 1);
  }
});

test('an indexed field is the object that was inserted', () => {
  const decoder = new FieldDecoder(4096);
  const [inserted] = decoder.decode(hex('4001 6101 62'), ample) ?? [];
  expect(inserted).toMatchObject({ name: 'a', value: 'b', indexing: 'add', staticIndex: 0 });
  expect(inserted?.size).toBe(34);
  expect(decoder.decode(hex('be be'), ample)?.every((field) => field === inserted)).toBe(true);
});

test('a value of any octets, Huffman-coded or not', () => {
  const octets = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));
  const block = Buffer.concat([hex('0001 61 7f 81 01'), octets]);
  const [field] = new FieldDecoder(4096).decode(block, ample) ?? [];
  expect(field?.value).toBe(octets.toString('latin1'));
});

test('names that only start alike are different ones', () => {
  const decoder = new FieldDecoder(4096);
  const fields = decoder.decode(hex('40 02 6162 01 31  40 01 61 01 32  40 03 616263 00'), ample);
  expect(linesOf(fields)).toEqual(['ab: 1', 'a: 2', 'abc: ']);
});

test('a name by its index outlives the eviction that its own insertion causes', () => {
  const decoder = new FieldDecoder(64);
  decoder.decode(hex(`40 0a ${'61'.repeat(10)} 0a ${'62'.repeat(10)}`), ample);
  const fields = decoder.decode(hex(`7e 14 ${'63'.repeat(20)}`), ample);
  expect(linesOf(fields)).toEqual([`${'a'.repeat(10)}: ${'c'.repeat(20)}`]);
  expect(linesOf(entriesOf(decoder.table))).toEqual(linesOf(fields));
});

test('a field of exactly the table fits, one octet more empties it', () => {
  const decoder = new FieldDecoder(40);
  decoder.decode(hex('40 04 61616161 04 62626262'), ample);
  expect(decoder.table).toMatchObject({ count: 1, bytes: 40 });
  const fields = decoder.decode(hex('40 04 61616161 05 6262626262'), ample);
  expect(fields?.[0]).toMatchObject({ indexing: 'add', value: 'bbbbb' });
  expect(decoder.table).toMatchObject({ count: 0, bytes: 0 });
});

describe('a fault ends it', () => {
  test.each([
    ['80', 'index'],
    ['be', 'index'],
    ['ff00', 'index'],
    ['ffffffff7f', 'index'],
    ['ff81ffffff07', 'index'],
    ['7f0001', 'index'],
    ['0f8001 00', 'index'],
    ['1f8001 00', 'index'],
    ['ff82ffffff07', 'too large'],
    ['ffffffffff7f', 'too large'],
    ['ff808080808000', 'too many octets'],
    ['ff8080808080', 'too many octets'],
    ['ff', 'ends inside'],
    ['ff80', 'ends inside'],
    ['40', 'ends inside'],
    ['4001', 'passes the block'],
    ['400161', 'ends inside'],
    ['40016101', 'passes the block'],
    ['4001617f', 'ends inside'],
    ['40016103 6262', 'passes the block'],
    ['0001617f 82ffffff07', 'too large'],
    ['0001617f 81ffffff07', 'passes the block'],
    ['82 20', 'behind a field'],
    ['400161 0162 3f00', 'behind a field'],
    ['3fe21f', 'table size'],
    ['3fe11f 3fe21f', 'table size'],
    ['3f', 'ends inside'],
    ['3f80', 'ends inside'],
  ])('%s: %s', (bytes, message) => {
    const decoder = new FieldDecoder(4096);
    expect(() => decoder.decode(hex(bytes), ample)).toThrow(HpackFault);
    expect(() => new FieldDecoder(4096).decode(hex(bytes), ample)).toThrow(message);
  });

  test('an index of what was evicted', () => {
    const decoder = new FieldDecoder(4096);
    decoder.decode(hex('4001 6101 62 4001 6301 64'), ample);
    expect(linesOf(decoder.decode(hex('3f03 be'), ample))).toEqual(['c: d']);
    expect(() => decoder.decode(hex('bf'), ample)).toThrow('index');
  });
});

describe('changes of the table size', () => {
  test('evict the oldest, at the start of a block, however many', () => {
    const decoder = new FieldDecoder(4096);
    decoder.decode(hex('4001 6101 62 4001 6301 64'), ample);
    expect(linesOf(decoder.decode(hex('3fe11f 3f4a 3f03 3fe11f be'), ample))).toEqual(['c: d']);
    expect(decoder.table).toMatchObject({ count: 1, bytes: 34, bytesMax: 4096 });
    expect(decoder.decode(hex('20'), ample)).toEqual([]);
    expect(decoder.table).toMatchObject({ count: 0, bytes: 0, bytesMax: 0 });
  });

  test('more than the first 4,096 bytes have to be asked for', () => {
    const decoder = new FieldDecoder(65_536);
    expect(decoder.table.bytesMax).toBe(4096);
    decoder.decode(hex('3fe1ff03'), ample);
    expect(decoder.table.bytesMax).toBe(65_536);
    expect(() => decoder.decode(hex('3fe2ff03'), ample)).toThrow('table size');
  });

  test('thousands of entries, oldest first out', () => {
    const decoder = new FieldDecoder(65_536);
    decoder.decode(hex('3fe1ff03'), ample);
    for (let round = 0; round < 5000; round++) {
      decoder.decode(Buffer.from(`\x40\x04${String(round).padStart(4, '0')}\0`, 'latin1'), ample);
    }
    const kept = Math.floor(65_536 / 36);
    expect(entriesOf(decoder.table).map(({ name }) => Number(name))).toEqual(
      Array.from({ length: kept }, (_, at) => 4999 - at),
    );
  });
});

describe('limits', () => {
  const insert = hex('4001 6101 62');

  test('as many bytes and fields as allowed, but not one more', () => {
    const decoder = new FieldDecoder(4096);
    const block = Buffer.concat([insert, hex('be')]);
    expect(decoder.decode(block, { bytes: 68, fields: 2 })).toHaveLength(2);
    expect(decoder.decode(block, { bytes: 67, fields: 2 })).toBeUndefined();
    expect(decoder.decode(block, { bytes: 68, fields: 1 })).toBeUndefined();
    expect(decoder.decode(Buffer.alloc(0), { bytes: 0, fields: 0 })).toEqual([]);
  });

  test('the table stays in step through what is not kept', () => {
    const [strict, lenient] = [new FieldDecoder(4096), new FieldDecoder(4096)];
    const rest = '0001 6101 62  1001 6181 1f  0f01 811f  4001 6381 1f  be bf 82 5f 0164';
    const block = Buffer.concat([insert, insert, hex(rest)]);
    expect(strict.decode(block, { bytes: 40, fields: 9 })).toBeUndefined();
    expect(lenient.decode(block, ample)).toHaveLength(10);
    expect(strict.table.bytes).toBe(lenient.table.bytes);
    expect(linesOf(entriesOf(strict.table))).toEqual(linesOf(entriesOf(lenient.table)));
  });

  test.each([
    '80',
    '00016181 00',
    '20016100',
    '3f000000',
    '0f',
    '0f8001 00',
    '000161 05',
    '20',
    '4001617f',
    '1000',
  ])('a fault behind the limit is still one: %s', (bytes) => {
    const block = Buffer.concat([insert, hex(bytes)]);
    expect(() => new FieldDecoder(4096).decode(block, { bytes: 0, fields: 0 })).toThrow(HpackFault);
  });
});
