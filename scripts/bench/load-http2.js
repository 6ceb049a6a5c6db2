// h2load: 8 connections with 32 streams each, on one thread.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const connections = 8;
const streams = 32;
/** Seconds without a byte after which a connection counts as broken. */
const silenceSeconds = 20;

/**
 * Asks over HTTP/2 with prior knowledge for that many seconds, or, with a `rate`, for as many
 * answers as take about so long: only then does h2load count what a broken connection owes.
 * `postBytes`: bytes of each request's body. `paths`: that many different paths, each new on its
 * connection, instead of one.
 */
export const loadHttp2 = async (port, { seconds, rate, folder, postBytes = 0, paths = 0 }) => {
  const log = join(folder, 'h2load.log');
  rmSync(log, { force: true });
  const amount =
    rate === undefined
      ? `-D${seconds}`
      : `-n${Math.max(connections * streams, Math.round(rate * seconds))}`;
  const args = [`-c${connections}`, `-m${streams}`, '-t1', amount, `--log-file=${log}`];
  args.push(`-N${silenceSeconds}`);
  if (postBytes > 0) args.push('-d', fileOf(join(folder, `post-${postBytes}`), postBytes));
  if (paths > 0) args.push('-i', pathsOf(join(folder, `paths-${port}`), port, paths));
  else args.push(`http://127.0.0.1:${port}/`);
  const h2load = spawn('h2load', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of h2load.stdout) text += chunk;
  return { ...countsIn(text), p99: percentile(timesIn(log), 0.99) };
};

const countsIn = (text) => {
  const number = (pattern) => Number(pattern.exec(text)?.[1] ?? Number.NaN);
  const counts = {
    requests: number(/(\d+) done/),
    rate: number(/finished in .*?, ([\d.]+) req\/s/),
    failed: number(/(\d+) failed/) + number(/(\d+) 3xx/),
  };
  if (Object.values(counts).some(Number.isNaN)) throw new Error(`h2load did not finish: ${text}`);
  return counts;
};

// One line a request: when it began in microseconds, its status, microseconds until it was answered.
const timesIn = (log) =>
  existsSync(log)
    ? readFileSync(log, 'latin1')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => Number(line.split('\t')[2]) / 1000)
    : [];

const percentile = (numbers, share) =>
  numbers.sort((one, other) => one - other)[Math.floor(numbers.length * share)] ?? Number.NaN;

const fileOf = (path, bytes) => {
  if (!existsSync(path)) writeFileSync(path, 'x'.repeat(bytes));
  return path;
};

const pathsOf = (path, port, count) => {
  const line = (_, index) => `http://127.0.0.1:${port}/?${index.toString(36).padStart(24, 'p')}\n`;
  if (!existsSync(path)) writeFileSync(path, Array.from({ length: count }, line).join(''));
  return path;
};
