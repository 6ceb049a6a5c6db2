import { describe, expect, test } from 'vitest';
import { ClosedStreams } from '../../../src/protocol/http2/closed-streams.ts';

describe('streams that were closed', () => {
  test('are told from those that never were', () => {
    const closed = new ClosedStreams();
    expect(closed.find(1)).toBeUndefined();
    closed.add(1, false);
    closed.add(5, true);
    expect([1, 3, 5].map((id) => closed.find(id))).toEqual(['finished', undefined, 'reset']);
  });

  test('are known up to the largest identifier', () => {
    const closed = new ClosedStreams();
    closed.add(0x7fff_ffff, true);
    expect(closed.find(0x7fff_ffff)).toBe('reset');
  });

  test('are forgotten after 4,096 others, oldest first', () => {
    const closed = new ClosedStreams();
    for (let id = 1; id <= 4096; id++) closed.add(id * 2 + 1, id % 2 === 0);
    expect(closed.find(3)).toBe('finished');
    closed.add(1, true);
    expect([3, 5, 1].map((id) => closed.find(id))).toEqual([undefined, 'reset', 'reset']);
  });
});
