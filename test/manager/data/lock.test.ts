import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { lockFolder } from '../../../src/manager/data/lock.ts';
import { cleanUp, cleanUps, newFolder } from '../world.ts';

afterEach(cleanUp);

const deadPid = async (): Promise<number> => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
};

const livingPid = async (): Promise<number> => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  cleanUps.push(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  return child.pid ?? 0;
};

test('a lock names its process and is gone after unlocking', async () => {
  const folder = await newFolder();
  const unlock = await lockFolder(folder);
  expect(await readFile(join(folder, 'lock'), 'utf8')).toBe(`${process.pid}\n`);
  await unlock();
  expect(await readdir(folder)).toEqual([]);
});

test('a folder of a living process is refused', async () => {
  const folder = await newFolder();
  const pid = await livingPid();
  await writeFile(join(folder, 'lock'), `${pid}\n`);
  await expect(lockFolder(folder)).rejects.toThrow(`process ${pid}`);
  expect(await readFile(join(folder, 'lock'), 'utf8')).toBe(`${pid}\n`);
});

test.each([
  ['of a dead process', async () => `${await deadPid()}\n`],
  ['of an earlier life with our own number', async () => `${process.pid}\n`],
  ['that names nobody', async () => 'garbage'],
  ['that is empty', async () => ''],
])('a lock %s is taken over', async (_, text) => {
  const folder = await newFolder();
  await writeFile(join(folder, 'lock'), await text());
  const unlock = await lockFolder(folder);
  expect(await readFile(join(folder, 'lock'), 'utf8')).toBe(`${process.pid}\n`);
  await unlock();
});
