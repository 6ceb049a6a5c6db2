import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { takeLock } from '../../src/base/lock-file.ts';
import { cleanUp, newFolder } from '../cli/folder.ts';

afterEach(cleanUp);

const everyone = (): boolean => true;
const nobody = (): boolean => false;

test('the first one gets it, others are told who has it, until it is given back', async () => {
  const folder = await newFolder();
  const path = join(folder, 'lock');
  const first = await takeLock(path, 'first', everyone);
  if (!first.ok) throw new Error(first.holder);
  expect(await readFile(path, 'utf8')).toBe('first');
  expect(await takeLock(path, 'second', everyone)).toEqual({ ok: false, holder: 'first' });
  await first.unlock();
  expect(await readdir(folder)).toEqual([]);
  expect(await takeLock(path, 'second', everyone)).toMatchObject({ ok: true });
});

test.each(['dead', '', 'half writ'])('what a dead holder left (%j) is taken over', async (text) => {
  const folder = await newFolder();
  const path = join(folder, 'lock');
  await writeFile(path, text);
  const asked: string[] = [];
  const taking = await takeLock(path, 'mine', (holder) => {
    asked.push(holder);
    return false;
  });
  expect(taking.ok).toBe(true);
  expect(asked).toEqual([text]);
  expect(await readFile(path, 'utf8')).toBe('mine');
  expect(await readdir(folder)).toEqual(['lock']);
});

test('a folder that is not there is a system error', async () => {
  const path = join(await newFolder(), 'none', 'lock');
  await expect(takeLock(path, 'mine', nobody)).rejects.toMatchObject({ code: 'ENOENT' });
});

/** Adds 1 to a number in a file so many times, reading and writing it apart from each other. */
const counting = `
  import { readFileSync, writeFileSync } from 'node:fs';
  import { setImmediate as turn } from 'node:timers/promises';
  const [module, path, times] = process.argv.slice(1);
  const { takeLock } = await import(module);
  for (let done = 0; done < Number(times); ) {
    const taking = await takeLock(path + '.lock', 'x', () => true);
    if (!taking.ok) continue;
    const before = Number(readFileSync(path, 'utf8'));
    await turn();
    writeFileSync(path, String(before + 1));
    await taking.unlock();
    done += 1;
  }`;

test('of processes that want it all the time, one has it at a time', async () => {
  const path = join(await newFolder(), 'count');
  await writeFile(path, '0');
  const module = new URL('../../dist/base/lock-file.js', import.meta.url).href;
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', counting, module, path, '50'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  );
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]));
  expect(codes).toEqual([0, 0, 0, 0]);
  expect(await readFile(path, 'utf8')).toBe('200');
});
