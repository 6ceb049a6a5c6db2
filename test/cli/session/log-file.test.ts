import { appendFile, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { logBytesMax } from '../../../src/cli/session/limits.ts';
import { boundLog } from '../../../src/cli/session/log-file.ts';
import { until } from '../../support/until.ts';
import { afterwards, cleanUp, newFolder } from '../folder.ts';

afterEach(cleanUp);

const sizeOf = async (path: string): Promise<number> => (await stat(path)).size;

test('a log that has grown begins anew, and its last part is kept beside it, once', async () => {
  const path = join(await newFolder(), 'se_a.log');
  // As a session's own output: open for as long as it runs.
  const file = await open(path, 'ax', 0o600);
  afterwards(() => file.close());
  afterwards(boundLog(path));
  for (const part of ['first', 'second']) {
    const line = `${part} ${'x'.repeat(994)}\n`;
    await file.appendFile(line.repeat(2 * (logBytesMax / 1000)));
    await until(async () => (await sizeOf(path)) === 0, 'the new beginning');
    const kept = await readFile(`${path}.1`, 'utf8');
    expect(kept.length).toBeLessThanOrEqual(logBytesMax);
    expect(kept.length).toBeGreaterThan(logBytesMax - 2_000);
    expect(new Set(kept.split('\n')).size).toBe(2); // Whole lines only, and what follows the last.
    expect(kept.startsWith(part)).toBe(true);
  }
  expect((await stat(`${path}.1`)).mode & 0o777).toBe(0o600);
  await file.appendFile('after\n');
  expect(await readFile(path, 'utf8')).toBe('after\n');
});

test('a short log stays, and one that is gone harms nobody', async () => {
  const folder = await newFolder();
  const [short, long] = [join(folder, 'short.log'), join(folder, 'long.log')];
  await appendFile(short, 'short\n');
  afterwards(boundLog(join(folder, 'gone.log')));
  afterwards(boundLog(short));
  await appendFile(long, 'x'.repeat(2 * logBytesMax));
  afterwards(boundLog(long)); // Looks after the others have looked.
  await until(async () => (await sizeOf(long)) === 0, 'a look');
  expect(await readFile(short, 'utf8')).toBe('short\n');
});
