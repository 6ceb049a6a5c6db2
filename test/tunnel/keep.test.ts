import { afterEach, expect, test, vi } from 'vitest';
import { backoffMs, retryAfterMs } from '../../src/tunnel/backoff.ts';
import type { Carrier } from '../../src/tunnel/carrier.ts';
import type { TunnelEnd } from '../../src/tunnel/end.ts';
import { keepTunnel, type TunnelDown } from '../../src/tunnel/keep.ts';
import { serveLaptopEnd } from '../../src/tunnel/laptop-end.ts';
import { TunnelRefused } from '../../src/tunnel/refused.ts';
import { openRelayToLaptop } from '../../src/tunnel/relay-end.ts';
import { acceptTunnels, dial } from './accepting.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const keep = (dialOnce: (signal: AbortSignal) => Promise<Carrier>) => {
  const controller = new AbortController();
  const ups: TunnelEnd[] = [];
  const downs: TunnelDown[] = [];
  const kept = keepTunnel({
    dial: dialOnce,
    attach: (socket) => serveLaptopEnd(socket, () => {}),
    onUp: (end) => ups.push(end),
    onDown: (down) => downs.push(down),
    signal: controller.signal,
  });
  cleanUps.push(() => {
    controller.abort();
    return kept.catch(() => {});
  });
  return { kept, ups, downs, stop: () => controller.abort() };
};

test('dials again after a loss, and after failures, for as long as it is wanted', async () => {
  const relays: TunnelEnd[] = [];
  const accepting = await acceptTunnels((socket) => relays.push(openRelayToLaptop(socket)));
  cleanUps.push(accepting.stop);
  let failures = 2;
  const { kept, ups, downs, stop } = keep((signal) =>
    failures-- > 0 ? Promise.reject(new Error('not yet')) : dial(accepting.url, signal),
  );
  await expect.poll(() => ups.length, { timeout: 5_000 }).toBe(1);
  expect(downs).toMatchObject([
    { attempt: 1, error: { message: 'not yet' } },
    { attempt: 2, error: { message: 'not yet' } },
  ]);
  relays[0]?.destroy();
  await expect.poll(() => ups.length, { timeout: 5_000 }).toBe(2);
  expect(downs[2]).toMatchObject({ error: undefined });
  stop();
  await kept;
  await ups[1]?.closed;
});

test('a tunnel that drains is replaced while it finishes', async () => {
  const relays: TunnelEnd[] = [];
  const accepting = await acceptTunnels((socket) => relays.push(openRelayToLaptop(socket)));
  cleanUps.push(accepting.stop);
  const { ups } = keep((signal) => dial(accepting.url, signal));
  await expect.poll(() => ups.length).toBe(1);
  relays[0]?.close();
  await expect.poll(() => ups.length, { timeout: 5_000 }).toBe(2);
});

test('one that has been up for a while is replaced at once, and nobody is told of a loss', async () => {
  const relays: TunnelEnd[] = [];
  const accepting = await acceptTunnels((socket) => relays.push(openRelayToLaptop(socket)));
  cleanUps.push(accepting.stop);
  const { ups, downs } = keep((signal) => dial(accepting.url, signal));
  await expect.poll(() => ups.length).toBe(1);
  const now = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => now + 60_000);
  cleanUps.push(() => vi.restoreAllMocks());
  relays[0]?.close();
  await expect.poll(() => ups.length).toBe(2);
  expect(downs).toEqual([]);
  relays[1]?.destroy();
  await expect.poll(() => downs.length).toBe(1);
});

test('a refusal that will not change ends it, another does not', async () => {
  const { kept } = keep(() => Promise.reject(new TunnelRefused(401, undefined)));
  await expect(kept).rejects.toMatchObject({ status: 401 });
  const passing = keep(() => Promise.reject(new TunnelRefused(503, undefined)));
  await expect.poll(() => passing.downs.length, { timeout: 5_000 }).toBe(2);
});

test('an abort while it dials or waits resolves at once', async () => {
  const dialling = keep(
    (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  );
  dialling.stop();
  await dialling.kept;
  const waiting = keep(() => Promise.reject(new Error('no')));
  await expect.poll(() => waiting.downs.length).toBe(1);
  waiting.stop();
  await waiting.kept;
});

test('waits from 0.2 s to 2 s, with jitter downwards', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 1000].map((attempt) => backoffMs(attempt, 1))).toEqual([
    200, 300, 450, 675, 1013, 1519, 2000, 2000,
  ]);
  expect(backoffMs(1, 0)).toBe(150);
});

test('what an attempt took counts as waited, but for the first wait', () => {
  expect([0, 300, 1_799, 1_801, 60_000].map((tookMs) => backoffMs(9, 1, tookMs))).toEqual([
    2_000, 1_700, 201, 200, 200,
  ]);
  expect([backoffMs(1, 0, 5_000), backoffMs(9, 0, 5_000)]).toEqual([150, 150]);
});

test('without a network of its own it tries each second at least, elsewhere it waits', () => {
  const failed = (code: string) => Object.assign(new Error('no'), { code });
  for (const code of ['ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'EAI_AGAIN']) {
    expect(retryAfterMs(9, failed(code), 0), code).toBe(1_000);
  }
  for (const error of [failed('ECONNREFUSED'), new Error('no'), undefined]) {
    expect(retryAfterMs(9, error, 0)).toBeGreaterThanOrEqual(1_500);
  }
  // A loss says nothing about the next attempt, however long the tunnel was up.
  expect(retryAfterMs(9, undefined, 60_000)).toBeGreaterThanOrEqual(1_500);
});

test('attempts that nobody answered for 2 s follow each other soon', async () => {
  let now = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  cleanUps.push(() => vi.restoreAllMocks());
  const { downs } = keep(async () => {
    now += 2_000;
    throw new Error('no answer');
  });
  await expect.poll(() => downs.length, { timeout: 5_000 }).toBe(6);
  for (const { retryInMs } of downs) expect(retryInMs).toBeLessThanOrEqual(200);
});
