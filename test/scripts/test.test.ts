import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { type Project, startProject } from './project.ts';

// Stands for a tool: notes how it was called, prints what it was told to, ends as it was told to.
const tool = (status = 0, says = ''): string => `
import { appendFileSync } from 'node:fs';
const [, script, ...args] = process.argv;
appendFileSync('calls', [script.split(/[\\\\/]/).at(-1), ...args].join(' ') + '\\n');
process.stdout.write(${JSON.stringify(says)});
process.exitCode = ${status};
`;

const vitest = (status: number, results: unknown): string => `${tool(status)}
import { writeFileSync } from 'node:fs';
const file = args.find((arg) => arg.startsWith('--outputFile.json=')).split('=')[1];
const results = ${JSON.stringify(results ?? null)};
if (results !== null) writeFileSync(file, JSON.stringify({ testResults: results }));
`;

const resultsOf = (status: string, ...tests: readonly string[]): unknown => ({
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});

const tools: Readonly<Record<string, string>> = {
  'package.json': '{ "type": "module" }',
  'node_modules/package.json': '{ "type": "module" }',
  'node_modules/@biomejs/biome/bin/biome': tool(),
  'node_modules/typescript/bin/tsc': tool(),
  'node_modules/knip/bin/knip.js': tool(),
  'node_modules/publint/src/cli.js': tool(),
  'node_modules/vitest/vitest.mjs': vitest(0, [resultsOf('passed', 'passed', 'passed', 'skipped')]),
};

let project: Project;
afterEach(() => project.remove());
const start = (files: Readonly<Record<string, string>> = {}): void => {
  project = startProject({ ...tools, ...files });
};
const calls = (): readonly string[] =>
  readFileSync(project.at('calls'), 'utf8').trimEnd().split('\n');
const lastLine = (text: string): string | undefined => text.trimEnd().split('\n').at(-1);

test('All checks run before the tests, with their times, and the real count comes last', async () => {
  start();
  const { status, stdout } = await project.run('test.js', 'test/agent', '-t', 'name');
  expect(stdout.replaceAll(/\d+\.\d s/g, 'N s').split('\n')).toEqual([
    'biome    ok  N s',
    'types    ok  N s',
    'knip     ok  N s',
    'publint  ok  N s',
    '2 passed, 0 failed',
    '',
  ]);
  expect(status).toBe(0);
  expect(calls()).toEqual([
    'biome check .',
    'tsc --noEmit',
    'knip.js',
    'cli.js --strict',
    expect.stringMatching(/^vitest.mjs run .*--outputFile.json=\S+ test\/agent -t name$/),
  ]);
});

test('The first check that fails shows its output, and nothing runs after it', async () => {
  start({ 'node_modules/knip/bin/knip.js': tool(3, 'Unused files (1)\n') });
  const { status, stdout } = await project.run('test.js');
  expect(stdout).toContain('Unused files (1)\nknip     failed (exit 3)');
  expect(lastLine(stdout)).toBe('0 passed, 1 failed');
  expect(status).toBe(1);
  expect(calls()).toEqual(['biome check .', 'tsc --noEmit', 'knip.js']);
});

test.each([
  ['tests that fail', 1, [resultsOf('failed', 'failed', 'passed', 'failed')], '1 passed, 2 failed'],
  [
    'a file that cannot be loaded',
    1,
    [resultsOf('failed'), resultsOf('failed', 'passed', 'failed')],
    '1 passed, 2 failed',
  ],
  ['an error outside of tests', 1, [resultsOf('passed', 'passed')], '1 passed, 1 failed'],
  ['no results', 1, undefined, '0 passed, 1 failed'],
  ['no results of a run that says it is well', 0, undefined, '0 passed, 1 failed'],
  [
    'failures of a run that says it is well',
    0,
    [resultsOf('failed', 'failed')],
    '0 passed, 1 failed',
  ],
])('It fails on %s', async (_, code, results, line) => {
  start({ 'node_modules/vitest/vitest.mjs': vitest(code, results) });
  const { status, stdout } = await project.run('test.js');
  expect(lastLine(stdout)).toBe(line);
  expect(status).toBe(1);
});
