import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeAtomically } from '../../src/base/atomic-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'byway-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('replaces a file, readable by its owner only, and leaves no other', async () => {
  const path = join(folder, 'state');
  await writeAtomically(path, 'one');
  await writeAtomically(path, 'two');
  expect(await readFile(path, 'utf8')).toBe('two');
  expect(await readdir(folder)).toEqual(['state']);
  if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('many writers at once leave the text of one of them', async () => {
  const path = join(folder, 'state');
  const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(10_000));
  await Promise.all(texts.map((text) => writeAtomically(path, text)));
  expect(texts).toContain(await readFile(path, 'utf8'));
  expect(await readdir(folder)).toEqual(['state']);
});

test('a reader sees a whole text at every moment', async () => {
  const path = join(folder, 'state');
  const texts = ['a'.repeat(100_000), 'b'.repeat(100_000)];
  await writeAtomically(path, 'a'.repeat(100_000));
  let writing = true;
  const writes = (async () => {
    for (let times = 0; times < 50; times++) await writeAtomically(path, texts[times % 2] ?? '');
    writing = false;
  })();
  while (writing) expect(texts).toContain(await readFile(path, 'utf8'));
  await writes;
});

test('a folder that is not there is an error, and nothing is left', async () => {
  await expect(writeAtomically(join(folder, 'none', 'state'), 'x')).rejects.toThrow('ENOENT');
  expect(await readdir(folder)).toEqual([]);
});
