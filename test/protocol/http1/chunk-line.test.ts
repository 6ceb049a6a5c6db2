import { expect, test } from 'vitest';
import { readChunkLine } from '../../../src/protocol/http1/chunk-line.ts';

test.each([
  ['0\r\n', 0],
  ['a;b="c\\"d";e=f\r\n', 10],
  ['00000000000F\r\n', 15],
  ['FFFFFFFF\r\n', 0xffff_ffff],
])('the size in %j is %d', (line, size) => {
  expect(readChunkLine(Buffer.from(line), 0)).toEqual({ size, end: line.length });
});

test('a size that does not fit into 32 bits is refused, because some readers would cut it', () => {
  expect(() => readChunkLine(Buffer.from('100000000\r\n'), 0)).toThrow('chunk too large');
});

test('a line that can not become good is refused before its end', () => {
  expect(readChunkLine(Buffer.from('12ab'), 0)).toBeUndefined();
  expect(() => readChunkLine(Buffer.from('12xb'), 0)).toThrow('malformed');
});
