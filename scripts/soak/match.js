// The properties of the rule language with 100,000 cases each: agent, explain and a plain reading
// of the documentation agree, witnesses match, what does not overlap never meets. The work is done
// by the tests of the same name.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const cases = 100_000;

/** Resolves with 0 when no case was found that disagrees; the output has it if there was one. */
export const soak = async ({ seconds = 3600, seed = Date.now() % 1_000_000_000 }) => {
  process.stdout.write(`match: ${cases} cases of each property with seed ${seed} (--seed)\n`);
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const options = ['--reporter=verbose', `--testTimeout=${seconds * 1000}`];
  const { status } = spawnSync(
    process.execPath,
    [vitest, 'run', 'test/protocol/match', ...options],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, BYWAY_MATCH_RUNS: `${cases}`, BYWAY_MATCH_SEED: `${seed}` },
      timeout: seconds * 1000,
    },
  );
  process.stdout.write(`match: ${status === 0 ? 'ok' : 'FAILED'}\n`);
  return status === 0 ? 0 : 1;
};
