import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cycleFaults, layerFaults, packageFaults } from './tidy/imports.ts';
import { functionLimitFaults, sizeFaults, suppressionFaults } from './tidy/limits.ts';
import { folderFaults, nameFaults } from './tidy/names.ts';
import { readTree, type Tree } from './tidy/tree.ts';
import { wordFaults } from './tidy/words.ts';

type Check = (tree: Tree) => readonly string[];

const root = join(import.meta.dirname, '..');
const checks: readonly (readonly [string, Check])[] = [
  ['layers import only what is below them', layerFaults],
  ['imported packages are dependencies', packageFaults],
  ['no file imports itself by way of others', cycleFaults],
  ['sources have at most 300 lines', sizeFaults],
  ['functions are limited to 70 lines', functionLimitFaults],
  ['no comment silences a checker', suppressionFaults],
  ['folders are named after concepts', folderFaults],
  ['names are in kebab-case', nameFaults],
  ['nothing is unfinished or tied to a machine', wordFaults],
];

describe('this repository', () => {
  const tree = readTree(root);
  test.each(checks)('%s', (_, check) => expect(check(tree)).toEqual([]));

  test('has its sources looked at', () => {
    expect(tree.files).toContain('src/base/errors.ts');
    expect(tree.files.filter((file) => /^(node_modules|dist|\.git)\//.test(file))).toEqual([]);
  });
});

const planted: string[] = [];
afterAll(() => {
  for (const folder of planted) rmSync(folder, { recursive: true, force: true });
});

/** A small tidy repository with these files besides. */
const plant = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'byway-tidy-'));
  planted.push(folder);
  cpSync(join(root, 'biome.json'), join(folder, 'biome.json'));
  const all = {
    '.gitignore': 'node_modules/\n*.tgz\n',
    'package.json': '{ "dependencies": { "valibot": "1", "got": "1", "pino": "1" } }',
    'src/base/errors.ts': 'export const a = 1;\n',
    'src/protocol/limits.ts': "import { a } from '../base/errors.ts';\nexport const b = a;\n",
    'src/manager/main.ts': "import { b } from '../protocol/limits.ts';\nexport const c = b;\n",
    'src/playground/shop.ts': "await import(program);\nimport '../manager/main.ts';\n",
    ...files,
  };
  for (const [file, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
};

const faultsOf = (check: Check, files: Readonly<Record<string, string>>): readonly string[] =>
  check(readTree(plant(files)));

const functionRule = (level: string, maxLines: number): string =>
  JSON.stringify({
    linter: {
      rules: { complexity: { noExcessiveLinesPerFunction: { level, options: { maxLines } } } },
    },
  });

const lines = (count: number): string => 'export {};\n'.repeat(count);
const unfinished = (...parts: readonly string[]): string => `// ${parts.join('')}: later\n`;

describe('a planted fault is found', () => {
  test('and a tidy tree has none', () => {
    const tree = readTree(plant({ 'node_modules/a/home.js': "'/' + 'x'", 'old.tgz': '' }));
    for (const [name, check] of checks) expect(check(tree), name).toEqual([]);
  });

  test.each([
    ['upward', 'src/base/up.ts', "import { b } from '../protocol/limits.ts';"],
    ['sideways', 'src/agent/main.ts', "import { b } from '../manager/main.ts';"],
    ['sideways, type-only', 'src/agent/main.ts', "import type { b } from '../manager/main.ts';"],
    ['sideways, for effect', 'src/agent/main.ts', "import '../manager/main.ts';"],
    ['sideways, re-exported', 'src/cli/main.ts', "export { b } from '../manager/main.ts';"],
    ['sideways, all re-exported', 'src/cli/main.ts', "export * from '../manager/main.ts';"],
    ['several lines', 'src/cli/main.ts', "import {\n  b,\n} from '../manager/main.ts';"],
    ['double quotes', 'src/cli/main.ts', 'import { b } from "../manager/main.ts";'],
    ['dynamic', 'src/cli/main.ts', "const m = await import('../manager/main.ts');"],
    ['dynamic by template', 'src/cli/main.ts', 'const m = await import(`../manager/main.ts`);'],
    ['dynamic, computed', 'src/cli/main.ts', 'const m = await import(where);'],
    ['as the type of an import', 'src/cli/main.ts', "let m: import('../manager/main.ts').B;"],
    ['required', 'src/cli/main.ts', "const m = require('../manager/main.ts');"],
    ['of the playground', 'src/cli/main.ts', "import '../playground/shop.ts';"],
    ['out of src', 'src/cli/main.ts', "import '../../scripts/set-up.js';"],
    ['undeclared package', 'src/protocol/x.ts', "import got from 'got';"],
    ['undeclared scoped package', 'src/protocol/x.ts', "import * as v from '@valibot/other';"],
    ['sockets in protocol', 'src/protocol/x.ts', "import { connect } from 'node:net';"],
    ['anything in propagation', 'src/propagation/x.ts', "import { join } from 'node:path';"],
  ])('import: %s', (_, file, text) => {
    const faults = faultsOf(layerFaults, { [file]: `${text}\n` });
    expect(faults).toEqual([expect.stringContaining(`${file}: imports`)]);
  });

  test('a folder outside the layers, and a file in none', () => {
    expect(faultsOf(layerFaults, { 'src/kernel/x.ts': '', 'src/main.ts': '' })).toEqual([
      'src/kernel/x.ts: src/kernel is in no layer',
      'src/main.ts: src/main.ts is in no layer',
    ]);
  });

  test('a package that users do not get', () => {
    const text = "import kleur from 'kleur/colors';\n";
    expect(faultsOf(packageFaults, { 'src/cli/paint.ts': text })).toEqual([
      'src/cli/paint.ts: kleur is not in dependencies',
    ]);
  });

  test('a cycle of three files, one import type-only', () => {
    const faults = faultsOf(cycleFaults, {
      'src/base/a.ts': "import { b } from './b.ts';\n",
      'src/base/b.ts': "import type { C } from './c.ts';\n",
      'src/base/c.ts': "export { a } from './a.ts';\n",
    });
    expect(faults).toEqual([
      'cycle: src/base/a.ts → src/base/b.ts → src/base/c.ts → src/base/a.ts',
    ]);
  });

  test('301 lines, where 300 are well', () => {
    const files = { 'src/base/well.ts': lines(300), 'src/base/long.ts': lines(301) };
    expect(faultsOf(sizeFaults, files)).toEqual(['src/base/long.ts: 301 lines, at most 300']);
  });

  test.each([
    ['no rule', '{ "linter": { "rules": { "complexity": {} } } }'],
    ['a warning', functionRule('warn', 70)],
    ['71 lines', functionRule('error', 71)],
    ['linter off', '{ "linter": { "enabled": false } }'],
  ])('function limit: %s', (_, text) => {
    expect(faultsOf(functionLimitFaults, { 'biome.json': text })).toHaveLength(1);
  });

  test('function limit: lifted for some sources', () => {
    const tree = readTree(root);
    const configuration = JSON.parse(tree.text('biome.json')) as { overrides: unknown[] };
    configuration.overrides.push({ includes: ['src/cli/**'], linter: { enabled: false } });
    const files = { 'biome.json': JSON.stringify(configuration) };
    expect(faultsOf(functionLimitFaults, files)).toEqual([
      'biome.json: an override changes rules for src',
    ]);
  });

  test('a function of 71 lines between its braces, by the linter itself', () => {
    const text = (count: number): string =>
      `export const f = (): void => {\n${'  console.log(1);\n'.repeat(count)}};\n`;
    const { status, output } = lint(plant({ 'src/base/long.ts': text(71) }));
    expect(output).toContain('src/base/long.ts');
    expect(output).toContain('noExcessiveLinesPerFunction');
    expect(status).toBe(1);
    expect(lint(plant({ 'src/base/well.ts': text(60) }))).toMatchObject({ status: 0 });
  });

  test.each([
    ['biome', '-ignore'],
    ['@ts-', 'ignore'],
    ['@ts-', 'expect-error'],
  ])('silence: %s%s', (...parts) => {
    const files = { 'src/base/x.ts': `// ${parts.join('')} lint: no\n` };
    expect(faultsOf(suppressionFaults, files)).toEqual(['src/base/x.ts: silences a checker']);
  });

  test.each(['utils', 'helpers', 'common', 'shared', 'types'])('folder: %s', (name) => {
    expect(faultsOf(folderFaults, { [`src/base/${name}/x.ts`]: '' })).toHaveLength(1);
  });

  test.each(['src/base/aB.ts', 'src/Base/a.ts', 'test/base/a_b.test.ts', 'scripts/setUp.js'])(
    'name: %s',
    (file) => {
      expect(faultsOf(nameFaults, { [file]: '' })).toEqual([`${file}: is not in kebab-case`]);
    },
  );

  test.each([
    ['unfinished work', unfinished('TO', 'DO')],
    ['unfinished work', unfinished('FIX', 'ME')],
    ['unfinished work', unfinished('HA', 'CK')],
    ["a machine's folder", `see ${['', 'home', 'me'].join('/')}\n`],
    ["a machine's folder", `cd ${['', 'work', 'main'].join('/')}\n`],
    ["a machine's folder", `'${['', 'root', '.npm'].join('/')}'\n`],
    ['a registry', `https://${['registry', 'example', 'org'].join('.')}/got\n`],
    ['a registry', `https://www.${['npmjs', 'com'].join('.')}/package/got\n`],
  ])('words: %s', (fault, text) => {
    expect(faultsOf(wordFaults, { 'docs/notes.md': `# Notes\n\n${text}` })).toEqual([
      expect.stringMatching(`^docs/notes.md:3: .*${fault}$`),
    ]);
  });

  test('a registry in the lock file', () => {
    const text = `"resolved": "https://${['registry', 'example', 'org'].join('.')}/got.tgz"\n`;
    expect(faultsOf(wordFaults, { 'package-lock.json': text })).toHaveLength(1);
  });
});

const lint = (folder: string): { readonly status: number | null; readonly output: string } => {
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
  const { status, stdout, stderr } = spawnSync(process.execPath, [biome, 'lint', '.'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { status, output: stdout + stderr };
};
