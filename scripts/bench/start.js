// How long commands take that do next to nothing, beside Node that does nothing. One core is enough.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const program = join(import.meta.dirname, '..', '..', 'bin', 'byway.js');
const cases = {
  'node -e 0': ['-e', '0'],
  'byway --help': [program, '--help'],
  'byway intercept --help': [program, 'intercept', '--help'],
  'byway __complete': [program, '__complete', '--', 'token', 'cr'],
  // Nobody listens there: all of it but the manager's answer.
  'byway list --json': [program, 'list', '--json'],
};
const env = { ...process.env, BYWAY_MANAGER: 'http://127.0.0.1:1', BYWAY_TOKEN: 'none' };

const milliseconds = (args) => {
  const start = performance.now();
  spawnSync(process.execPath, args, { stdio: 'ignore', env, timeout: 30_000 });
  return performance.now() - start;
};

const middle = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Each in turn, so that what else the machine does is shared; the fastest and the middle of all. */
export const bench = ({ rounds }) => {
  const times = new Map(Object.keys(cases).map((name) => [name, []]));
  for (let round = 0; round < Math.max(2, rounds) * 4; round++) {
    for (const [name, args] of Object.entries(cases)) times.get(name).push(milliseconds(args));
  }
  const floor = middle(times.get('node -e 0'));
  for (const [name, all] of times) {
    const times = `${(middle(all) / floor).toFixed(2)} ×`;
    const fastest = `fastest ${Math.min(...all).toFixed(0)} ms`;
    console.log(
      `${name.padEnd(24)} ${middle(all).toFixed(0).padStart(4)} ms   ${times}   ${fastest}`,
    );
  }
  return 0;
};
