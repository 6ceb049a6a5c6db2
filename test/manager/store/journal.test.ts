import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { UserRecord } from '../../../src/manager/store/records.ts';
import { openStore } from '../../../src/manager/store/store.ts';
import { cleanUp, newFolder } from '../world.ts';

afterEach(cleanUp);

const journalIn = (folder: string): string => join(folder, 'journal.jsonl');
const user = (id: string, rotations = 1): UserRecord => ({ id, rotations });

const write = async (folder: string, ...users: readonly UserRecord[]): Promise<void> => {
  const store = await openStore(folder);
  for (const one of users) await store.users.put(one);
  await store.close();
};

const read = async (folder: string): Promise<readonly UserRecord[]> => {
  const store = await openStore(folder);
  await store.close();
  return [...store.users.values()];
};

test('what was written is there again, in its order, and what was removed is not', async () => {
  const folder = await newFolder();
  await write(folder, user('ada'), user('mia'), user('ada', 2));
  const store = await openStore(folder);
  await store.users.remove('mia');
  await store.users.put(user('bob'));
  await store.close();
  expect(await read(folder)).toEqual([user('ada', 2), user('bob')]);
});

test('a write is on disk when its promise resolves', async () => {
  const folder = await newFolder();
  const store = await openStore(folder);
  await store.users.put(user('ada'));
  expect(await readFile(journalIn(folder), 'utf8')).toContain('"ada"');
  await store.close();
});

test('writes at the same moment share one commit', async () => {
  const folder = await newFolder();
  const store = await openStore(folder);
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: 500 }, (_, index) => store.users.put(user(`u${index}`))));
  expect(performance.now() - startedAt).toBeLessThan(1_000); // 500 waits of 5 ms would be 2.5 s.
  await store.close();
  expect(await read(folder)).toHaveLength(500);
});

test('a last line that is torn at any byte is dropped, and nothing before it', async () => {
  const folder = await newFolder();
  await write(folder, user('ada'), user('mia'));
  const whole = await readFile(journalIn(folder));
  const lastLine = whole.lastIndexOf('\n', whole.length - 2) + 1;
  for (let at = lastLine; at < whole.length - 1; at++) {
    await writeFile(journalIn(folder), whole.subarray(0, at));
    expect(await read(folder), `cut at ${at}`).toEqual([user('ada')]);
  }
  await writeFile(journalIn(folder), whole.subarray(0, -1)); // Only its line end is missing.
  expect(await read(folder)).toEqual([user('ada'), user('mia')]);
});

test('after a torn line, new writes do not run into it', async () => {
  const folder = await newFolder();
  await write(folder, user('ada'));
  await appendFile(journalIn(folder), '{"crc":"00');
  await write(folder, user('mia'));
  expect(await read(folder)).toEqual([user('ada'), user('mia')]);
});

test('damage in the middle stops the start and names file and line', async () => {
  const folder = await newFolder();
  await write(folder, user('ada'), user('mia'), user('bob'));
  const text = await readFile(journalIn(folder), 'utf8');
  await writeFile(journalIn(folder), text.replace('"mia"', '"eve"'));
  await expect(openStore(folder)).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringContaining(`Line 3 of ${journalIn(folder)}`),
  });
});

test.each([
  ['another format', { format: 'other' }],
  ['a later version', { format: 'byway-journal', version: 2 }],
])('a journal of %s is not overwritten', async (_, header) => {
  const folder = await newFolder();
  const { journalLine } = await import('../../../src/manager/store/journal-line.ts');
  const text = journalLine(header) + journalLine({ in: 'users', put: user('ada') });
  await writeFile(journalIn(folder), text);
  await expect(openStore(folder)).rejects.toThrow('Line 1');
  expect(await readFile(journalIn(folder), 'utf8')).toBe(text);
});

test('the journal does not grow for ever', async () => {
  const folder = await newFolder();
  const store = await openStore(folder);
  for (let round = 0; round < 25; round++) {
    await Promise.all(
      Array.from({ length: 500 }, (_, index) => store.users.put(user('ada', index))),
    );
  }
  await store.close();
  const lines = (await readFile(journalIn(folder), 'utf8')).split('\n').length;
  expect(lines).toBeLessThan(12_000);
  expect(await read(folder)).toEqual([user('ada', 499)]);
});
