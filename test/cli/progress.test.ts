import { expect, test } from 'vitest';
import { createProgress } from '../../src/cli/progress.ts';
import { until } from '../support/until.ts';

const started = (isShown = true, columns = 80) => {
  let shown = '';
  const output = {
    columns,
    write: (text: string) => {
      shown += text;
    },
  };
  let finish = (): void => {};
  const work = new Promise<string>((resolve) => {
    finish = () => resolve('done');
  });
  return { progress: createProgress(output, () => isShown), shown: () => shown, work, finish };
};

test('a wait is told, taken away for a message, told again, and gone at its end', async () => {
  const { progress, shown, work, finish } = started();
  const waiting = progress.during('Asking', work);
  await until(() => shown() === '\rAsking …');
  progress.clear();
  expect(shown()).toBe('\rAsking …\r\u001b[2K');
  await until(() => shown().endsWith('2K\rAsking …'));
  finish();
  expect(await waiting).toBe('done');
  expect(shown().endsWith('\rAsking …\r\u001b[2K')).toBe(true);
});

test('of several waits the first is told, until the last ends', async () => {
  const { progress, shown, work, finish } = started();
  const first = progress.during('One', work);
  const second = progress.during('Two', Promise.reject(new Error('broken')));
  await expect(second).rejects.toThrow('broken');
  await until(() => shown() === '\rOne …');
  finish();
  await first;
  expect(shown()).toBe('\rOne …\r\u001b[2K');
});

test('no line is wider than the terminal', async () => {
  const { progress, shown, work, finish } = started(true, 20);
  const waiting = progress.during('x'.repeat(100), work);
  await until(() => shown() !== '');
  expect(shown()).toBe(`\r${'x'.repeat(17)} …`);
  finish();
  await waiting;
});

test('nothing is written once others write there', async () => {
  const { progress, shown, work, finish } = started();
  const waiting = progress.during('Asking', work);
  await until(() => shown() !== '');
  progress.end();
  const before = shown();
  const later = progress.during('Again', work);
  finish();
  await Promise.all([waiting, later]);
  expect(shown()).toBe(before);
});
