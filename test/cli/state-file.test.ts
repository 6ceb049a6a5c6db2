import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, expect, test } from 'vitest';
import { readStateFile, readText, writeStateFile } from '../../src/cli/state-file.ts';
import { cleanUp, newFolder } from './folder.ts';

afterEach(cleanUp);

const schema: v.GenericSchema<unknown, { readonly a: number }> = v.object({ a: v.number() });

test('what is written is read back, readable by its user only, and nothing else stays', async () => {
  const folder = join(await newFolder(), 'deep', 'er');
  const path = join(folder, 'state.json');
  await writeStateFile(path, { a: 1 });
  await writeStateFile(path, { a: 2 });
  expect(await readStateFile(path, schema)).toEqual({ a: 2 });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect(await readdir(folder)).toEqual(['state.json']);
});

test('writes at the same time leave one whole file', async () => {
  const folder = await newFolder();
  const path = join(folder, 'state.json');
  await Promise.all(Array.from({ length: 20 }, (_, a) => writeStateFile(path, { a })));
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ a: expect.any(Number) });
  expect(await readdir(folder)).toEqual(['state.json']);
});

test('no file is undefined', async () => {
  expect(await readStateFile(join(await newFolder(), 'none'), schema)).toBeUndefined();
});

test.each(['', '{', '{"a":"b"}', '[]'])('content %j is refused with the path', async (content) => {
  const path = join(await newFolder(), 'state.json');
  await writeFile(path, content);
  await expect(readStateFile(path, schema)).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringContaining(path),
  });
});

test('a file beyond 1 MiB is refused before it is read', async () => {
  const path = join(await newFolder(), 'large');
  await writeFile(path, Buffer.alloc(1024 * 1024 + 1));
  await expect(readText(path)).rejects.toMatchObject({ name: 'UserError' });
});
