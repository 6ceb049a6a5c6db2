import { afterEach, expect, test } from 'vitest';
import type { Carrier } from '../../src/tunnel/carrier.ts';
import type { TunnelEnd } from '../../src/tunnel/end.ts';
import { keepTunnel, type TunnelDown } from '../../src/tunnel/keep.ts';
import { serveLaptopEnd } from '../../src/tunnel/laptop-end.ts';
import { openRelayToLaptop } from '../../src/tunnel/relay-end.ts';
import { acceptTunnels, dial } from './accepting.ts';
import { startFreezingProxy } from './freezing-proxy.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const waiting = { timeout: 10_000 };

/** A laptop behind a network that can freeze; PINGs every 50 ms, late after 100 ms. */
const setUp = async (silenceMs: number, dialOnce: typeof dial = dial) => {
  const relays: TunnelEnd[] = [];
  const accepting = await acceptTunnels((socket) => relays.push(openRelayToLaptop(socket)));
  cleanUps.push(accepting.stop);
  const network = await startFreezingProxy(accepting.url);
  cleanUps.push(network.stop);
  const controller = new AbortController();
  const ups: TunnelEnd[] = [];
  const downs: TunnelDown[] = [];
  const aborted: unknown[] = [];
  let jump = (): void => {};
  const kept = keepTunnel({
    dial: (signal: AbortSignal): Promise<Carrier> => {
      signal.addEventListener('abort', () => aborted.push(signal.reason));
      return dialOnce(network.url, signal);
    },
    attach: (socket) => serveLaptopEnd(socket, () => {}, { everyMs: 50, silenceMs, lateMs: 100 }),
    onUp: (end) => ups.push(end),
    onDown: (down) => downs.push(down),
    signal: controller.signal,
    clock: (onJump) => {
      jump = onJump;
      return () => {
        jump = () => {};
      };
    },
  });
  cleanUps.push(async () => {
    network.thaw();
    controller.abort();
    await kept;
  });
  await expect.poll(() => ups.length, waiting).toBe(1);
  return { relays, network, ups, downs, aborted, jump: () => jump() };
};

test('the round trip of a PING is measured', async () => {
  const { ups } = await setUp(15_000);
  await expect.poll(() => ups[0]?.pulse.latencyMs, waiting).toBeGreaterThan(0);
  expect(ups[0]?.pulse.late).toBe(false);
});

test('a second tunnel takes over when packets of the first vanish, and nobody is told of a loss', async () => {
  const { network, ups, downs, relays } = await setUp(15_000);
  network.freeze();
  await expect.poll(() => ups.length, waiting).toBe(2);
  expect(downs).toEqual([]);
  expect(network.connections()).toBe(2);
  // The one that is left answers, and the first one is closed.
  await expect.poll(() => ups[1]?.pulse.latencyMs, waiting).toBeGreaterThan(0);
  await ups[0]?.closed;
  expect(relays).toHaveLength(2);
});

test('the first one stays when it answers before the second', async () => {
  const { network, ups, downs } = await setUp(15_000);
  network.freezeNew(true);
  network.freeze();
  await expect.poll(() => ups[0]?.pulse.late, waiting).toBe(true);
  await expect.poll(() => network.connections(), waiting).toBe(2);
  network.thaw();
  // Thawing lets both answer, and only one of them may be used: the first, or what took its place.
  await expect.poll(() => ups.at(-1)?.pulse.late, waiting).toBe(false);
  expect(downs).toEqual([]);
});

test('a dial that the first one’s answer made needless is given up', async () => {
  let dials = 0;
  const { network, ups, aborted } = await setUp(15_000, (url, signal) => {
    dials += 1;
    if (dials === 1) return dial(url, signal);
    return new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
    });
  });
  network.freeze();
  await expect.poll(() => dials, waiting).toBe(2);
  expect(aborted).toEqual([]);
  network.thaw();
  await expect.poll(() => aborted.length, waiting).toBe(1);
  expect(ups).toHaveLength(1);
  expect(ups[0]?.pulse.late).toBe(false);
});

test('a network that is gone altogether is a loss after the silence, until it is back', async () => {
  const { network, ups, downs } = await setUp(600, (url, signal) =>
    dial(url, AbortSignal.any([signal ?? AbortSignal.abort(), AbortSignal.timeout(200)])),
  );
  network.freezeNew(true);
  network.freeze();
  await expect.poll(() => downs.length, waiting).toBeGreaterThan(1);
  expect(downs[0]).toMatchObject({ attempt: 1, error: undefined });
  expect(ups).toHaveLength(1);
  network.freezeNew(false);
  await expect.poll(() => ups.length, waiting).toBe(2);
});

test('a jump of the clock dials at once, without waiting for a PING to be late', async () => {
  let dials = 0;
  const { ups, network, jump } = await setUp(600_000, (url, signal) => {
    dials += 1;
    return dial(url, signal);
  });
  await expect.poll(() => ups[0]?.pulse.latencyMs, waiting).toBeGreaterThan(0);
  network.freeze();
  jump();
  expect(ups[0]?.pulse.late).toBe(true);
  await expect.poll(() => dials, waiting).toBe(2);
  await expect.poll(() => ups.length, waiting).toBe(2);
});

test('a jump of the clock ends a wait', async () => {
  const controller = new AbortController();
  let jump = (): void => {};
  let dials = 0;
  const kept = keepTunnel({
    dial: () => {
      dials += 1;
      return Promise.reject(new Error('no'));
    },
    attach: () => {
      throw new Error('nothing to attach');
    },
    onUp: () => {},
    // Each wait is ended by a jump as soon as it has begun.
    onDown: () => {
      setImmediate(() => jump());
    },
    signal: controller.signal,
    clock: (onJump) => {
      jump = onJump;
      return () => {};
    },
  });
  // Without the jumps this would take half a minute.
  await expect.poll(() => dials, waiting).toBeGreaterThan(20);
  controller.abort();
  await kept;
});
