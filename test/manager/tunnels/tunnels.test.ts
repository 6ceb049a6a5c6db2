import { afterEach, expect, test, vi } from 'vitest';
import {
  tunnelsMax,
  tunnelsPerUserMax,
  upgradesPerUserBurst,
} from '../../../src/manager/limits.ts';
import { Tunnels } from '../../../src/manager/tunnels/tunnels.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const tooMany = (detail: string) =>
  expect.objectContaining({ code: 'too_many', message: expect.stringContaining(detail) });

/** Takes so many places, each time as a user who has not asked before in this second. */
const fill = (tunnels: Tunnels, count: number): (() => void)[] =>
  Array.from({ length: count }, (_, index) => tunnels.admit(`user ${index % 1_000}`));

test('a user who asks too fast waits, others do not', () => {
  const tunnels = new Tunnels();
  for (let asked = 0; asked < upgradesPerUserBurst; asked++) tunnels.admit('ada')();
  expect(() => tunnels.admit('ada')).toThrowError(tooMany('too fast'));
  tunnels.admit('mia');
});

test('there are only so many in all, and a place that is given back is free once', () => {
  const tunnels = new Tunnels();
  const [first] = fill(tunnels, tunnelsMax);
  expect(() => tunnels.admit('another')).toThrowError(tooMany(`${tunnelsMax} tunnels already`));
  first?.();
  first?.();
  tunnels.admit('another');
  expect(() => tunnels.admit('another')).toThrowError(tooMany(`${tunnelsMax} tunnels already`));
});

test('one user has only so many of them', () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 1_000;
    return now;
  });
  const tunnels = new Tunnels();
  const places = Array.from({ length: tunnelsPerUserMax }, () => tunnels.admit('ada'));
  expect(() => tunnels.admit('ada')).toThrowError(tooMany(`${tunnelsPerUserMax} tunnels already`));
  tunnels.admit('mia');
  places[0]?.();
  tunnels.admit('ada');
});
