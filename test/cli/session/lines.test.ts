import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLines } from '../../../src/cli/session/lines.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a line is written at once, those behind it together a moment later', () => {
  const written: string[] = [];
  const lines = createLines((text) => void written.push(text));
  for (const line of ['a', 'b', 'c']) lines.add(line);
  expect(written).toEqual(['a']);
  vi.advanceTimersByTime(50);
  expect(written).toEqual(['a', 'b\nc']);
  lines.add('d');
  expect(written).toEqual(['a', 'b\nc', 'd']);
});

test('flush writes what waits, once', () => {
  const written: string[] = [];
  const lines = createLines((text) => void written.push(text));
  for (const line of ['a', 'b']) lines.add(line);
  lines.flush();
  vi.advanceTimersByTime(50);
  expect(written).toEqual(['a', 'b']);
});
