import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FieldDecoder, HpackFault } from '../../../../src/protocol/http2/hpack/decoder.ts';
import { FieldEncoder } from '../../../../src/protocol/http2/hpack/encoder.ts';
import { Field, type Indexing } from '../../../../src/protocol/http2/hpack/field.ts';
import { staticFields } from '../../../../src/protocol/http2/hpack/static-table.ts';
import { ample, linesOf, stateOf } from './reading.ts';

const octets = (maxLength: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes).toString('latin1'));

// Few names and values, so that entries are met again, and some of any octets and lengths.
const name = fc.oneof(
  fc.constantFrom('a', 'ab', 'abc', 'cookie', ':path', ':status', 'x-\u00ff', ''),
  octets(200),
);
const value = fc.oneof(
  fc.constantFrom('', '/', '200', '2', 'gzip, deflate', '\n', '\u00ff\u0000'),
  octets(300),
  fc.integer({ min: 0, max: 5000 }).map((length) => 'v'.repeat(length)),
);
const indexing = fc.constantFrom<Indexing>('add', 'add', 'add', 'plain', 'never');
const field = fc.oneof(
  fc.tuple(name, value, indexing).map(([its, text, kind]) => new Field(its, text, kind)),
  fc.constantFrom(...staticFields),
);

type Step =
  | { readonly tableBytes: number }
  | { readonly fields: readonly Field[] }
  | { readonly again: readonly number[] };

// Either a setting, or fields, or objects that were sent before.
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({
      tableBytes: fc.oneof(
        fc.constantFrom(0, 32, 33, 64, 4096, 65_536),
        fc.integer({ min: 0, max: 5000 }),
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ fields: fc.array(field, { maxLength: 20 }) }) },
  { weight: 2, arbitrary: fc.record({ again: fc.array(fc.nat(1000), { maxLength: 20 }) }) },
);

const fieldsOf = (at: Step, sent: readonly Field[]): readonly Field[] => {
  if ('fields' in at) return at.fields;
  if (!('again' in at) || sent.length === 0) return [];
  return at.again.map((number) => sent[number % sent.length] as Field);
};

const textOf = (fields: readonly Field[] | undefined): unknown =>
  fields?.map((one) => [one.name, one.value, one.indexing]);

test('what one encodes the other decodes, with the same table, over any sequence of blocks', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const [encoder, decoder] = [new FieldEncoder(), new FieldDecoder(4096)];
      const sent: Field[] = [];
      for (const at of steps) {
        if ('tableBytes' in at) encoder.setTableBytesMax(at.tableBytes);
        const fields = fieldsOf(at, sent);
        const decoded = decoder.decode(encoder.encode(fields), ample);
        expect(textOf(decoded)).toEqual(textOf(fields));
        expect(stateOf(decoder.table)).toEqual(stateOf(encoder.table));
        sent.push(...fields);
      }
    }),
    { numRuns: 300 },
  );
});

test('what passes through several hops with tables of their own arrives as it was sent', () => {
  const hop = fc.record({ tableBytes: fc.constantFrom(0, 100, 700, 4096) });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 15 }),
      fc.array(hop, { minLength: 1, maxLength: 3 }),
      (steps, hops) => {
        const legs = hops.map(({ tableBytes }) => {
          const encoder = new FieldEncoder();
          encoder.setTableBytesMax(tableBytes);
          return { encoder, decoder: new FieldDecoder(4096) };
        });
        const sent: Field[] = [];
        for (const at of steps) {
          const fields = fieldsOf(at, sent);
          let passed: readonly Field[] = fields;
          for (const { encoder, decoder } of legs) {
            passed = decoder.decode(encoder.encode(passed), ample) ?? [];
          }
          expect(textOf(passed)).toEqual(textOf(fields));
          sent.push(...fields);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('a block over the limits leaves the table as it would be without limits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(field, { maxLength: 12 }), { maxLength: 8 }),
      fc.nat(2000),
      fc.nat(12),
      (blocks, bytes, count) => {
        const encoder = new FieldEncoder();
        const [strict, lenient] = [new FieldDecoder(4096), new FieldDecoder(4096)];
        for (const fields of blocks) {
          const block = encoder.encode(fields);
          const all = lenient.decode(block, ample);
          const some = strict.decode(block, { bytes, fields: count });
          const size = fields.reduce((sum, one) => sum + one.size, 0);
          const isWithin = size <= bytes && fields.length <= count;
          expect(textOf(some)).toEqual(isWithin ? textOf(all) : undefined);
          expect(stateOf(strict.table)).toEqual(stateOf(lenient.table));
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('any octets are fields or a fault, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 }), (blocks) => {
      const decoder = new FieldDecoder(4096);
      for (const bytes of blocks) {
        if (!survives(() => decoder.decode(Buffer.from(bytes), ample))) return;
        expect(decoder.table.bytes).toBeLessThanOrEqual(decoder.table.bytesMax);
      }
    }),
    { numRuns: 3000 },
  );
});

const survives = (decode: () => readonly Field[] | undefined): boolean => {
  try {
    linesOf(decode());
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(HpackFault);
    return false;
  }
};

test('a block cut anywhere is a fault or the fields before the cut', () => {
  fc.assert(
    fc.property(fc.array(field, { maxLength: 8 }), (fields) => {
      const block = new FieldEncoder().encode(fields);
      let whole = 0;
      for (let end = 0; end <= block.length; end++) {
        let decoded: readonly Field[] | undefined;
        const isRead = survives(() => {
          decoded = new FieldDecoder(4096).decode(block.subarray(0, end), ample);
          return decoded;
        });
        if (!isRead) continue;
        expect(textOf(decoded)).toEqual(textOf(fields.slice(0, whole)));
        whole++;
      }
      expect(whole).toBe(fields.length + 1);
    }),
    { numRuns: 20 },
  );
});
