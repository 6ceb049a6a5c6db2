import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';

const writer = new URL('../../dist/base/log-writer.js', import.meta.url).href;
const running = new Set<ReturnType<typeof launch>>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** A program that writes to its log and then says `done` on stdout. */
const launch = (code: string) => {
  const whole = `import { LogWriter } from '${writer}'; const log = new LogWriter(process.stderr.fd); ${code}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', whole]);
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
};

const numbered = `
  const line = (number) => JSON.stringify({ number, pad: 'x'.repeat(1000) }) + '\\n';
  const turn = () => new Promise((resolve) => setImmediate(resolve));
`;

const linesOf = async (stream: Readable): Promise<readonly Record<string, number>[]> =>
  (await text(stream))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

test('a log that nobody reads stops nothing, and says later how much was lost', async () => {
  const child = launch(`${numbered}
    for (let number = 0; number < 5000; number++) {
      log.write(line(number));
      await turn();
    }
    console.log('done');
    setInterval(() => {}, 1000);
    process.stdin.once('data', () => process.exit());
  `);
  child.stderr.pause();
  await once(child.stdout, 'data');
  const read = linesOf(child.stderr);
  child.stdin.write('go\n');
  const lines = await read;
  const numbers = lines.flatMap(({ number }) => (number === undefined ? [] : [number]));
  const lost = lines.reduce((sum, line) => sum + (line['lost'] ?? 0), 0);
  expect(lost).toBeGreaterThan(0);
  expect(numbers.length).toBeGreaterThan(900);
  expect(numbers.length + lost).toBe(5000);
  expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
});

test('lines that were written last are there when the program ends at once', async () => {
  const child = launch(`${numbered}
    for (let number = 0; number < 100; number++) log.write(line(number));
    process.exit(3);
  `);
  const [lines, [code]] = await Promise.all([linesOf(child.stderr), once(child, 'exit')]);
  expect(code).toBe(3);
  expect(lines.map(({ number }) => number)).toEqual(Array.from({ length: 100 }, (_, at) => at));
});

test('a program ends although nobody reads its log', async () => {
  const child = launch(`${numbered}
    for (let number = 0; number < 1000; number++) {
      log.write(line(number));
      await turn();
    }
    process.exit(3);
  `);
  child.stderr.pause();
  const [code] = await once(child, 'exit');
  expect(code).toBe(3);
});

test('a program goes on when the reader of its log has gone', async () => {
  const child = launch(`${numbered}
    process.stdin.once('data', async () => {
      for (let number = 0; number < 1000; number++) {
        log.write(line(number));
        await turn();
      }
      process.exit(3);
    });
  `);
  child.stderr.destroy();
  child.stdin.write('go\n');
  const [code] = await once(child, 'exit');
  expect(code).toBe(3);
});
