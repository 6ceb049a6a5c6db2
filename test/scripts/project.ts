import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A small repository of its own in a temporary folder, with this one's `scripts/`. */
export type Project = {
  readonly at: (...names: readonly string[]) => string;
  readonly write: (file: string, text: string) => void;
  /** Runs one of its scripts to the end. */
  readonly run: (script: string, ...args: readonly string[]) => Promise<Ended>;
  readonly remove: () => void;
};

export type Ended = {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

const root = join(import.meta.dirname, '../..');
const runMsMax = 25_000;

/** With these files, in a folder that starts as a copy of `origin`, if that is given. */
export const startProject = (
  files: Readonly<Record<string, string>>,
  origin?: Project,
): Project => {
  const folder = mkdtempSync(join(tmpdir(), 'byway-project-'));
  const at = (...names: readonly string[]): string => join(folder, ...names);
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(at(file)), { recursive: true });
    writeFileSync(at(file), text);
  };
  if (origin !== undefined)
    cpSync(origin.at(), folder, { recursive: true, verbatimSymlinks: true });
  cpSync(join(root, 'scripts'), at('scripts'), { recursive: true });
  for (const [file, text] of Object.entries(files)) write(file, text);
  return {
    at,
    write,
    run: (script, ...args) => runToEnd(folder, [at('scripts', script), ...args]),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};

const runToEnd = (cwd: string, args: readonly string[]): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const env = { ...process.env, npm_config_offline: 'true' };
    const child = spawn(process.execPath, args, { cwd, env, timeout: runMsMax });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });

const tsc = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin/tsc',
);
const manifest = {
  name: 'small',
  version: '1.0.0',
  type: 'module',
  devDependencies: { typescript: 'file:tools/typescript' },
};

const lock = {
  name: 'small',
  version: '1.0.0',
  lockfileVersion: 3,
  requires: true,
  packages: {
    '': { name: 'small', version: '1.0.0', devDependencies: manifest.devDependencies },
    'node_modules/typescript': { resolved: 'tools/typescript', link: true },
    'tools/typescript': { version: '1.0.0', dev: true },
  },
};

/** What a clone has, with the real compiler, installable without a network. */
export const cloneFiles: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify(manifest),
  'package-lock.json': JSON.stringify(lock),
  'tools/typescript/package.json': '{ "name": "typescript", "version": "1.0.0" }',
  'tools/typescript/bin/tsc': `import(${JSON.stringify(pathToFileURL(tsc).href)});\n`,
  'tsconfig.json': '{ "compilerOptions": { "module": "nodenext", "types": [] } }',
  'tsconfig.build.json': JSON.stringify({
    extends: './tsconfig.json',
    compilerOptions: { rootDir: 'src', outDir: 'dist', declaration: true, sourceMap: true },
    include: ['src'],
  }),
  'src/base/one.ts': 'export const one: number = 1;\n',
  'src/base/two.ts': 'export const two: number = 2;\n',
};
