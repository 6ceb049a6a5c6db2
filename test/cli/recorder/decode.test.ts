import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeContent } from '../../../src/cli/recorder/decode.ts';

const text = Buffer.from('some text '.repeat(50));

test.each([
  ['gzip', zlib.gzipSync(text)],
  ['x-gzip', zlib.gzipSync(text)],
  ['GZIP, identity', zlib.gzipSync(text)],
  ['deflate', zlib.deflateSync(text)],
  ['deflate', zlib.deflateRawSync(text)],
  ['br', zlib.brotliCompressSync(text)],
  ['gzip, br', zlib.brotliCompressSync(zlib.gzipSync(text))],
  ['identity', text],
])('%s is undone', async (encoding, encoded) => {
  expect((await decodeContent(encoded, encoding))?.bytes.equals(text)).toBe(true);
});

test.skipIf(!('zstdCompressSync' in zlib))('zstd is undone where Node has it', async () => {
  const compress = Reflect.get(zlib, 'zstdCompressSync') as (bytes: Buffer) => Buffer;
  expect((await decodeContent(compress(text), 'zstd'))?.bytes.equals(text)).toBe(true);
});

test('what is unknown, or not what it says, is not undone', async () => {
  expect(await decodeContent(text, 'compress')).toBeUndefined();
  expect(await decodeContent(text, '__proto__')).toBeUndefined();
  expect(await decodeContent(text, 'gzip')).toBeUndefined();
  expect(await decodeContent(text, 'gzip, gzip, gzip, gzip')).toBeUndefined();
});

test('a part of it gives a part, and no bytes ever throw', async () => {
  const encoded = zlib.gzipSync(Buffer.from(Array.from({ length: 3_000 }, (_, i) => i).join()));
  const half = await decodeContent(encoded.subarray(0, encoded.length / 2), 'gzip');
  expect(half?.bytes.toString().startsWith('0,1,2,3,')).toBe(true);
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 64 }),
      fc.constantFrom('gzip', 'br', 'deflate'),
      async (bytes, encoding) => {
        await decodeContent(Buffer.from(bytes), encoding);
      },
    ),
  );
});
