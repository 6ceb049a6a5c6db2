import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Pulse, usualHeartbeat } from '../../src/tunnel/heartbeat.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A heartbeat whose peer says a byte when told to, by a clock that goes on when told to. */
const setUp = () => {
  const begun = performance.now();
  const socket = { bytesRead: 0 };
  const pings: number[] = [];
  const answers: ((milliseconds: number) => void)[] = [];
  let deadAt: number | undefined;
  const now = (): number => performance.now() - begun;
  const pinged = {
    ping: (answered: (milliseconds: number) => void) => {
      pings.push(now());
      answers.push(answered);
    },
    isOver: () => false,
  };
  const pulse = new Pulse(pinged, socket, usualHeartbeat, () => {
    deadAt = now();
  });
  return {
    pulse,
    pings,
    answers,
    deadAt: () => deadAt,
    hear: () => {
      socket.bytesRead += 1;
    },
  };
};

/** This process is stopped for so long: the clock goes on, and each timer fires once. */
const beStopped = (milliseconds: number): void => {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + milliseconds);
};

test('PINGs soon, then every 5 s', () => {
  const { pings, pulse } = setUp();
  vi.advanceTimersByTime(14_900);
  expect(pings).toEqual([100, 5_000, 10_000]);
  pulse.stop();
  vi.advanceTimersByTime(60_000);
  expect(pings).toHaveLength(3);
});

test('a peer is dead 15 s after its last byte, and a quarter of a second later at most', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40_000 }), fc.nat(14_999), (first, later) => {
      const { deadAt, hear, pulse } = setUp();
      let at = 0;
      for (; at + 10_000 < first; at += 10_000) {
        vi.advanceTimersByTime(10_000);
        hear();
      }
      vi.advanceTimersByTime(first - at);
      hear();
      vi.advanceTimersByTime(later);
      hear();
      const last = first + later;
      vi.advanceTimersByTime(14_999);
      expect(deadAt()).toBeUndefined();
      vi.advanceTimersByTime(251);
      expect(deadAt()).toBeGreaterThanOrEqual(last + 15_000);
      pulse.stop();
    }),
  );
});

test('a peer that never said a byte is dead as well, once, and nothing is sent after that', () => {
  const { deadAt, pings } = setUp();
  vi.advanceTimersByTime(15_500);
  expect(deadAt()).toBe(15_250);
  const sent = pings.length;
  vi.advanceTimersByTime(60_000);
  expect(deadAt()).toBe(15_250);
  expect(pings).toHaveLength(sent);
});

test('after a jump of our own clock the peer is asked at once, and gets its whole time', () => {
  const { deadAt, pings, hear } = setUp();
  hear();
  vi.advanceTimersByTime(14_600);
  const sent = pings.length;
  beStopped(60_000);
  vi.advanceTimersByTime(250);
  expect(pings).toHaveLength(sent + 1);
  vi.advanceTimersByTime(14_750);
  expect(deadAt()).toBeUndefined();
  // Nothing came of it: now it is dead.
  vi.advanceTimersByTime(250);
  expect(deadAt()).toBeDefined();
});

test('a stall that is shorter than a jump counts as two looks, however long it took', () => {
  const { deadAt, hear } = setUp();
  hear();
  vi.advanceTimersByTime(13_000);
  beStopped(2_900);
  vi.advanceTimersByTime(500);
  expect(deadAt()).toBeUndefined();
});

test('on a busy machine, where each look is late, silence is not longer than by the clock', () => {
  const { deadAt, hear } = setUp();
  hear();
  let late = 0;
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + late);
  const look = (): void => {
    late += 150;
    vi.advanceTimersByTime(250);
  };
  for (let looks = 0; looks < 38; looks++) look();
  expect(deadAt()).toBeUndefined();
  look();
  expect(deadAt()).toBe(15_600);
});

test('a PING that is not answered for 2 s makes it late, until an answer', () => {
  const { pulse, answers } = setUp();
  vi.advanceTimersByTime(2_099);
  expect(pulse.late).toBe(false);
  vi.advanceTimersByTime(1);
  expect(pulse.late).toBe(true);
  answers.at(-1)?.(7);
  expect([pulse.late, pulse.latencyMs]).toEqual([false, 7]);
});
