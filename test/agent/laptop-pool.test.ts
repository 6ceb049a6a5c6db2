import { Duplex } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LaptopPool, type LaptopStream } from '../../src/agent/laptop-pool.ts';
import { SocketWire } from '../../src/base/wire/socket-wire.ts';
import type { Wire } from '../../src/base/wire/wire.ts';
import { divertedOn } from './diverted.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const openStream = (): Duplex =>
  new Duplex({ allowHalfOpen: true, read: () => {}, write: (_chunk, _encoding, done) => done() });

const caller = (): Wire => SocketWire.on(openStream());

const startPool = () => {
  const opened: Duplex[] = [];
  const pool = new LaptopPool(async () => {
    const stream = openStream();
    opened.push(stream);
    return { ok: true, stream: divertedOn(stream) };
  });
  const open = async (intercept = 'ic_a'): Promise<LaptopStream> => {
    const result = await pool.open(intercept, new AbortController().signal);
    if (!result.ok) throw new Error(result.reason);
    return result.laptop;
  };
  return { pool, open, opened };
};

test('what was used last is used first, and only for its intercept', async () => {
  const { pool, open } = startPool();
  const [one, other, elsewhere] = [await open(), await open(), await open('ic_b')];
  for (const laptop of [one, other, elsewhere]) pool.give(laptop, undefined);
  expect(pool.size).toBe(3);
  expect(pool.take('ic_a', caller())).toBe(other);
  expect(pool.take('ic_a', caller())).toBe(one);
  expect(pool.take('ic_a', caller())).toBeUndefined();
  expect(pool.take('ic_b', caller())).toBe(elsewhere);
  expect(pool.size).toBe(0);
});

test('a stream that belongs to a caller is for nobody else', async () => {
  const { pool, open } = startPool();
  const [mine, laptop] = [caller(), await open()];
  pool.give(laptop, mine);
  expect(pool.take('ic_a', caller())).toBeUndefined();
  expect(pool.take('ic_a', mine)).toBe(laptop);
});

test('an idle stream is ended after four seconds, or a second before its app closes', async () => {
  const { pool, open, opened } = startPool();
  pool.give(await open(), undefined);
  pool.give(await open(), undefined, 3_000);
  vi.advanceTimersByTime(2_250);
  expect(opened.map(({ writableEnded }) => writableEnded)).toEqual([false, true]);
  vi.advanceTimersByTime(2_000);
  expect(opened.map(({ writableEnded }) => writableEnded)).toEqual([true, true]);
  expect(pool.size).toBe(0);
});

test('a stream that is too old is not given out, although no timer came in time', async () => {
  const { pool, open } = startPool();
  pool.give(await open(), undefined);
  vi.setSystemTime(Date.now() + 10_000);
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 10_000);
  expect(pool.take('ic_a', caller())).toBeUndefined();
  expect(pool.size).toBe(0);
});

test.each<[string, (stream: Duplex) => void]>([
  ['says something', (stream) => stream.push('HTTP/1.1 200 OK\r\n')],
  ['ends', (stream) => stream.push(null)],
  ['breaks', (stream) => stream.destroy(new Error('broken'))],
])('an idle stream that %s is forgotten and ended', async (_, act) => {
  const { pool, open, opened } = startPool();
  pool.give(await open(), undefined);
  for (const stream of opened) act(stream);
  vi.useRealTimers();
  await new Promise((resolve) => setImmediate(resolve));
  expect(pool.size).toBe(0);
  expect(opened[0]?.destroyed || opened[0]?.writableEnded).toBe(true);
});

test('so many wait and no more, for one intercept and for all', async () => {
  const { pool, open, opened } = startPool();
  const give = async (intercept: string, count: number): Promise<void> => {
    const laptops = await Promise.all(Array.from({ length: count }, () => open(intercept)));
    for (const laptop of laptops) pool.give(laptop, undefined);
  };
  await give('ic_a', 200);
  expect(pool.size).toBe(128);
  expect(opened.filter(({ writableEnded }) => writableEnded)).toHaveLength(72);
  for (let index = 0; index < 10; index++) await give(`ic_${index}`, 128);
  expect(pool.size).toBe(1_024);
});

test('a closed pool keeps none', async () => {
  const { pool, open, opened } = startPool();
  const [idle, busy] = [await open(), await open()];
  pool.give(idle, undefined);
  pool.close();
  pool.give(busy, undefined);
  expect(pool.size).toBe(0);
  expect(opened.every(({ writableEnded }) => writableEnded)).toBe(true);
});
