// What `npm test` runs: the checks of the sources one after another, then the tests. Stops at the
// first that fails. Arguments go to vitest: `npm test -- test/agent`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const checks = [
  ['biome', '@biomejs/biome/bin/biome', 'check', '.'],
  ['types', 'typescript/bin/tsc', '--noEmit'],
  ['knip', 'knip/bin/knip.js'],
  ['publint', 'publint/src/cli.js', '--strict'],
];

/** Milliseconds. */
const checkMsMax = 5 * 60_000;
const testsMsMax = 20 * 60_000;
const outputBytesMax = 64 * 1024 * 1024;

/** Runs a program of an installed package; its output is given back unless `stdio` says else. */
const run = ([script, ...args], { stdio, timeout }) =>
  spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: outputBytesMax,
    stdio,
    timeout,
    killSignal: 'SIGKILL',
  });

const say = (line) => process.stdout.write(`${line}\n`);

/** Why a program did not end with 0. */
const reasonOf = ({ status, signal, error }) => error?.message ?? `exit ${status ?? signal}`;

const passes = ([name, ...command]) => {
  const start = performance.now();
  const result = run(command, { stdio: ['ignore', 'pipe', 'pipe'], timeout: checkMsMax });
  const seconds = `${((performance.now() - start) / 1000).toFixed(1)} s`;
  const isWell = result.status === 0;
  if (!isWell) process.stdout.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  say(`${name.padEnd(8)} ${isWell ? 'ok' : `failed (${reasonOf(result)})`}  ${seconds}`);
  return isWell;
};

const runTests = (args) => {
  const folder = mkdtempSync(join(tmpdir(), 'byway-test-'));
  try {
    const file = join(folder, 'results.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const result = run(['vitest/vitest.mjs', 'run', ...reporters, ...args], {
      stdio: 'inherit',
      timeout: testsMsMax,
    });
    return count(file, result);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const count = (file, result) => {
  const counts = countResults(file);
  if (result.status === 0 || counts.failed > 0) return counts;
  // An error outside of every test, or no test at all: no test says that it failed.
  say(`vitest failed (${reasonOf(result)}), though no test did.`);
  return { ...counts, failed: 1 };
};

const countResults = (file) => {
  const results = readResults(file);
  if (results === undefined) return { passed: 0, failed: 1 };
  const counts = { passed: 0, failed: 0 };
  for (const { status, assertionResults } of results) {
    const of = (wanted) => assertionResults.filter((test) => test.status === wanted).length;
    // A file that can't be loaded has no tests, and counts as one that failed.
    counts.failed += status === 'failed' ? Math.max(1, of('failed')) : of('failed');
    counts.passed += of('passed');
  }
  return counts;
};

const readResults = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).testResults;
  } catch (error) {
    say(`vitest left no results that can be read: ${error.message}`);
    return undefined;
  }
};

const checked = checks.every(passes);
const { passed, failed } = checked ? runTests(process.argv.slice(2)) : { passed: 0, failed: 1 };
if (!checked) say('No test was run, because of the check above.');
say(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
