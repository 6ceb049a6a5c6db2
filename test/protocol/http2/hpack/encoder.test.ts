import { describe, expect, test } from 'vitest';
import { FieldDecoder } from '../../../../src/protocol/http2/hpack/decoder.ts';
import { FieldEncoder } from '../../../../src/protocol/http2/hpack/encoder.ts';
import { Field, type Indexing } from '../../../../src/protocol/http2/hpack/field.ts';
import { staticFields } from '../../../../src/protocol/http2/hpack/static-table.ts';
import { fieldExamples, plainExamples } from './appendix-examples.ts';
import { ample, entriesOf, hex, linesOf } from './reading.ts';

const text = (block: Buffer): string => block.toString('hex');
const compact = (digits: string): string => text(hex(digits));

const fieldOf = (line: string, indexing?: Indexing): Field => {
  const colon = line.indexOf(':', 1);
  return new Field(line.slice(0, colon), line.slice(colon + 2), indexing);
};

describe('the examples of RFC 7541', () => {
  test.each(fieldExamples.filter(({ section }) => section !== 'C.2.4'))(
    '$section',
    ({ bytes, field: [name, value, indexing], tableBytes }) => {
      const encoder = new FieldEncoder();
      expect(text(encoder.encode([new Field(name, value, indexing)]))).toBe(compact(bytes));
      expect(encoder.table.bytes).toBe(tableBytes);
    },
  );

  test.each(plainExamples)('$section, told anew', ({ tableBytesMax, blocks }) => {
    const encoder = new FieldEncoder();
    encoder.setTableBytesMax(tableBytesMax);
    encoder.encode([]);
    for (const { bytes, fields, table, tableBytes } of blocks) {
      expect(text(encoder.encode(fields.map((line) => fieldOf(line))))).toBe(compact(bytes));
      expect(linesOf(entriesOf(encoder.table))).toEqual(table);
      expect(encoder.table.bytes).toBe(tableBytes);
    }
  });

  test.each(plainExamples)('$section, passed on', ({ tableBytesMax, blocks }) => {
    const [decoder, encoder] = [new FieldDecoder(tableBytesMax), new FieldEncoder()];
    encoder.setTableBytesMax(tableBytesMax);
    encoder.encode([]);
    for (const { bytes } of blocks) {
      const fields = decoder.decode(hex(bytes), ample) ?? [];
      expect(text(encoder.encode(fields))).toBe(compact(bytes));
    }
  });
});

test('static entries cost one octet, however they were made', () => {
  const encoder = new FieldEncoder();
  const indexes = Buffer.from(staticFields.map((_, at) => 0x81 + at));
  expect(encoder.encode(staticFields)).toEqual(indexes);
  const copies = staticFields.map(({ name, value }) => new Field(name, value));
  expect(encoder.encode(copies)).toEqual(indexes);
  expect(encoder.table.count).toBe(0);
});

test('another object with the same text finds the entry', () => {
  const encoder = new FieldEncoder();
  encoder.encode([new Field('a', '1'), new Field('a', '2'), new Field('b', '1')]);
  const block = encoder.encode([new Field('a', '1'), new Field('a', '2'), new Field('b', '1')]);
  expect(text(block)).toBe('c0bfbe');
});

test('the eviction of an entry leaves a newer one of its name to be found', () => {
  const encoder = new FieldEncoder();
  encoder.setTableBytesMax(70);
  encoder.encode([new Field('a', '1'), new Field('a', '2'), new Field('b', '1')]);
  expect(text(encoder.encode([new Field('a', '2'), new Field('a', '3', 'plain')]))).toBe(
    compact('bf 0f30 0133'),
  );
});

test('plain and never are literals each time, never entries, and index their names only', () => {
  const encoder = new FieldEncoder();
  const known = new Field('key', 'secret');
  const [plain, never] = [new Field('key', 'secret', 'plain'), new Field('key', 'secret', 'never')];
  encoder.encode([known]);
  for (const _ of [1, 2]) {
    expect(text(encoder.encode([known, plain, never]))).toBe(
      compact('be 0f2f 06736563726574 1f2f 06736563726574'),
    );
  }
  expect(entriesOf(encoder.table)).toEqual([known]);
});

test('one object in the tables of several connections is found in each', () => {
  const encoders = [new FieldEncoder(), new FieldEncoder(), new FieldEncoder()];
  const [field, other] = [new Field('a', '1'), new Field('b', '2')];
  for (const [at, encoder] of encoders.entries()) {
    encoder.encode(Array.from({ length: at }, () => other));
    encoder.encode([field]);
    encoder.encode([other]);
  }
  for (let round = 0; round < 3; round++) {
    const blocks = encoders.map((encoder) => text(encoder.encode([field, other])));
    expect(blocks).toEqual(['bfbe', 'bebf', 'bebf']);
  }
});

test('where a field lies in a larger table is no place in a smaller one', () => {
  const [larger, smaller] = [new FieldEncoder(), new FieldEncoder()];
  const field = new Field('a', '1');
  smaller.encode([field]);
  // The number of its insertion here falls into the same slot as there.
  larger.encode([...Array.from({ length: 16 }, (_, at) => new Field(`x${at}`, '')), field]);
  expect(text(smaller.encode([field]))).toBe('be');
  expect(text(larger.encode([field]))).toBe('be');
});

test('a guess of where a field lies is never taken for another field', () => {
  const encoder = new FieldEncoder();
  const fields = Array.from({ length: 400 }, (_, at) => new Field(`name-${at}`, 'x'.repeat(90)));
  const decoder = new FieldDecoder(4096);
  for (const at of [0, 1, 2, 0, 128, 130, 256, 384, 1, 2, 0, 300, 44]) {
    const some = [fields[at] as Field, ...fields.slice(at, at + 30)];
    expect(linesOf(decoder.decode(encoder.encode(some), ample))).toEqual(linesOf(some));
  }
});

test('many entries of one name are searched only so far', () => {
  const encoder = new FieldEncoder();
  const same = Array.from({ length: 40 }, (_, at) => new Field('cookie', `crumb=${at}`));
  encoder.encode(same);
  expect(encoder.encode(same)).toHaveLength(40);
  expect(encoder.encode([new Field('cookie', 'crumb=39')])).toHaveLength(1);
  expect(encoder.encode([new Field('cookie', 'crumb=0')])).toHaveLength(9);
});

describe('changes of the table size', () => {
  const encoded = (...sizes: readonly number[]): readonly string[] => {
    const encoder = new FieldEncoder();
    encoder.encode([new Field('a', 'b')]);
    for (const size of sizes) encoder.setTableBytesMax(size);
    return [text(encoder.encode([])), text(encoder.encode([]))];
  };

  test.each([
    [[], ''],
    [[4096], ''],
    [[65_536], ''],
    [[0xffff_ffff, 4096], ''],
    [[0], '20'],
    [[30], '3e'],
    [[31], '3f00'],
    [[100], '3f45'],
    [[100, 4096], '3f453fe11f'],
    [[0, 65_536], '203fe11f'],
    [[200, 0, 100], '203f45'],
    [[100, 200, 100], '3f45'],
    [[2000, 100], '3f45'],
  ])('%j is said as %j, once', (sizes, expected) => {
    expect(encoded(...sizes)).toEqual([expected, '']);
  });

  test('evict, and a smaller one in between does too', () => {
    const encoder = new FieldEncoder();
    const field = new Field('a', 'b');
    encoder.encode([field]);
    encoder.setTableBytesMax(34);
    expect(text(encoder.encode([field]))).toBe('3f03be');
    encoder.setTableBytesMax(33);
    encoder.setTableBytesMax(34);
    expect(text(encoder.encode([field]))).toBe('3f023f034001610162');
    expect(text(encoder.encode([field]))).toBe('be');
  });

  test('up again is said once', () => {
    const encoder = new FieldEncoder();
    encoder.setTableBytesMax(0);
    expect(text(encoder.encode([]))).toBe('20');
    encoder.setTableBytesMax(4096);
    expect(text(encoder.encode([]))).toBe('3fe11f');
    expect(text(encoder.encode([]))).toBe('');
  });
});

test('a field that is larger than the table empties it, as at the other end', () => {
  const encoder = new FieldEncoder();
  const decoder = new FieldDecoder(4096);
  const large = new Field('large', 'x'.repeat(5000));
  decoder.decode(encoder.encode([new Field('a', 'b')]), ample);
  expect(linesOf(decoder.decode(encoder.encode([large]), ample))).toEqual(linesOf([large]));
  expect([encoder.table.count, decoder.table.count]).toEqual([0, 0]);
});

test('a block far larger than usual, and a small one behind it', () => {
  const encoder = new FieldEncoder();
  const decoder = new FieldDecoder(4096);
  const fields = Array.from({ length: 50 }, (_, at) => new Field(`n${at}`, 'v'.repeat(at * 300)));
  for (const some of [fields, fields.slice(0, 2), fields.slice(40)]) {
    expect(linesOf(decoder.decode(encoder.encode(some), ample))).toEqual(linesOf(some));
  }
});

test('blocks of one length in memory that was changed in between', () => {
  const encoder = new FieldEncoder();
  const [known, method] = [new Field('a', 'x'.repeat(600)), new Field(':method', 'GET')];
  encoder.encode([known]);
  encoder.encode([new Field('b', 'x'.repeat(20_000), 'plain')]);
  for (const _ of [1, 2]) {
    expect(text(encoder.encode([method]))).toBe('82');
    expect(text(encoder.encode([known]))).toBe('be');
  }
});

test.each([
  ['name', new Field('\u0161', '')],
  ['value', new Field('a', 'x\u010a')],
  ['long value', new Field('a', `${'x'.repeat(2000)}\u010d`, 'plain')],
])('a character that is no octet is refused, and never cut to a line feed: %s', (_, field) => {
  expect(() => new FieldEncoder().encode([field])).toThrow(RangeError);
});

test('every octet as it is', () => {
  const octets = String.fromCharCode(...Array.from({ length: 256 }, (_, octet) => octet));
  const string = `7f8101${text(Buffer.from(octets, 'latin1'))}`;
  const block = new FieldEncoder().encode([new Field(octets, octets, 'plain')]);
  expect(text(block)).toBe(`00${string}${string}`);
});
