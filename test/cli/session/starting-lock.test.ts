import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startOf } from '../../../src/cli/living-process.ts';
import { lockStarting } from '../../../src/cli/session/starting-lock.ts';
import { until } from '../../support/until.ts';
import { afterwards, cleanUp, newFolder } from '../folder.ts';

afterEach(cleanUp);

const lock = (folder: string, user = 'ada', onWait: (pid: number) => void = () => {}) =>
  lockStarting({ folder, user, manager: 'http://127.0.0.1:7070/', onWait });

/** The name of the lock, and a process that lives until it is killed. */
const setUp = async () => {
  const folder = await newFolder();
  const unlock = await lock(folder);
  const [name = ''] = await readdir(folder);
  await unlock();
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  afterwards(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  return { folder, path: join(folder, name), child, pid: child.pid ?? 0 };
};

test('another command is waited for, and told of once', async () => {
  const folder = await newFolder();
  const unlock = await lock(folder);
  const waits: number[] = [];
  let taken = false;
  const second = lock(folder, 'ada', (pid) => waits.push(pid)).then((unlockSecond) => {
    taken = true;
    return unlockSecond;
  });
  await until(() => waits.length > 0, 'the wait');
  expect([waits, taken]).toEqual([[process.pid], false]);
  // Nobody else's sessions are concerned.
  await (await lock(folder, 'mia'))();
  await unlock();
  await (await second)();
  expect(waits).toHaveLength(1);
  expect(await readdir(folder)).toEqual([]);
});

test('one that is killed frees it, also when its number is given to another process', async () => {
  const { folder, path, child, pid } = await setUp();
  await writeFile(path, `${pid} ${startOf(pid) ?? ''}`);
  let waited = false;
  const waiting = lock(folder, 'ada', () => {
    waited = true;
    child.kill('SIGKILL');
  });
  await (await waiting)();
  expect(waited).toBe(true);
});

test.runIf(process.platform === 'linux')('a process with the same number is not it', async () => {
  const { folder, path, pid } = await setUp();
  await writeFile(path, `${pid} 1`);
  await (await lock(folder, 'ada', () => expect.unreachable()))();
});

test('where there can be no lock it goes on without', async () => {
  await (await lock(join(await newFolder(), 'none')))();
});
