// Damages valid messages for as long as told and compares what the agent forwards with Node's own
// reading. The work is done by the test of the same name, so that it needs no second set-up.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const startMs = 180_000;

/** Resolves with 0 when both readers agreed all the time; the output has the counterexample if not. */
export const soak = async ({ seconds = 600, seed = Date.now() % 1_000_000_000 }) => {
  process.stdout.write(`fuzz: ${seconds} s with seeds from ${seed} on (--seconds, --seed)\n`);
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const options = ['--reporter=dot', '--disable-console-intercept'];
  const { status } = spawnSync(
    process.execPath,
    [vitest, 'run', 'test/agent/http1/fuzz', ...options],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, BYWAY_FUZZ_SECONDS: `${seconds}`, BYWAY_FUZZ_SEED: `${seed}` },
      timeout: seconds * 1000 + startMs,
    },
  );
  process.stdout.write(`fuzz: ${status === 0 ? 'ok' : 'FAILED'}\n`);
  return status === 0 ? 0 : 1;
};
