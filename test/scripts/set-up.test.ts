import { existsSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneFiles, type Ended, type Project, startProject } from './project.ts';

const projects: Project[] = [];
const start = (files: Readonly<Record<string, string>>, origin?: Project): Project => {
  const project = startProject(files, origin);
  projects.push(project);
  return project;
};
afterAll(() => {
  for (const project of projects) project.remove();
});

let ready: Project;
let first: Ended;
beforeAll(async () => {
  ready = start(cloneFiles);
  first = await ready.run('set-up.js');
});

const silence: Ended = { status: 0, stdout: '', stderr: '' };
const output = (project: Project, file: string): string =>
  readFileSync(project.at('dist', file), 'utf8');

test('A fresh clone is installed and built, in two lines that say why', () => {
  expect(first.stderr).toMatch(
    /^Installing packages, because node_modules is missing … [\d.]+ s\nBuilding, because dist is missing … [\d.]+ s\n$/,
  );
  expect(first).toMatchObject({ status: 0, stdout: '' });
  expect(output(ready, 'base/one.js')).toContain('one = 1');
});

test('There is nothing to do and nothing to say the second time', async () => {
  expect(await ready.run('set-up.js')).toEqual(silence);
});

test.each([
  [
    'a changed source',
    'src/base/one.ts',
    'export const one: number = 11;\n',
    'base/one.js',
    'one = 11',
  ],
  [
    'a new source',
    'src/base/three.ts',
    'export const three: number = 3;\n',
    'base/three.js',
    'three = 3',
  ],
  [
    'a changed configuration',
    'tsconfig.json',
    '{ "compilerOptions": { "module": "nodenext", "types": [], "removeComments": true } }',
    'base/one.js',
    'one = 1',
  ],
])('It builds again after %s, and installs nothing', async (_, file, text, built, content) => {
  const project = start({ [file]: text }, ready);
  const { status, stderr } = await project.run('set-up.js');
  expect(stderr).toMatch(/^Building, because sources have changed … [\d.]+ s\n$/);
  expect(status).toBe(0);
  expect(output(project, built)).toContain(content);
  expect(await project.run('set-up.js')).toEqual(silence);
});

test('What was built from a deleted source goes, and the rest stays', async () => {
  const project = start({}, ready);
  rmSync(project.at('src/base/two.ts'));
  expect((await project.run('set-up.js')).status).toBe(0);
  const left = ['two.js', 'two.d.ts', 'two.js.map'].filter((name) =>
    existsSync(project.at('dist/base', name)),
  );
  expect(left).toEqual([]);
  for (const name of ['one.js', 'one.d.ts', 'one.js.map']) {
    expect(existsSync(project.at('dist/base', name)), name).toBe(true);
  }
});

test('A lock file that is not what is installed is installed', async () => {
  const newer = (file: string): string => (cloneFiles[file] ?? '').replaceAll('1.0.0', '1.0.1');
  const files = ['package-lock.json', 'tools/typescript/package.json'];
  const project = start(Object.fromEntries(files.map((file) => [file, newer(file)])), ready);
  const { status, stderr } = await project.run('set-up.js');
  expect(stderr).toMatch(
    /^Installing packages, because package-lock.json is not what is installed/,
  );
  expect(status).toBe(0);
  expect(await project.run('set-up.js')).toEqual(silence);
});

test('What somebody installed with npm ci is not installed again', async () => {
  const project = start({}, ready);
  rmSync(project.at('node_modules/.byway-lock'));
  expect(await project.run('set-up.js')).toEqual(silence);
});

test('Two at the same time install and build once, and both end well', async () => {
  const project = start(cloneFiles);
  const both = await Promise.all([project.run('set-up.js'), project.run('set-up.js')]);
  expect(both.map(({ status }) => status)).toEqual([0, 0]);
  const said = both.map(({ stderr }) => stderr).join('');
  expect(said.match(/Installing/g)).toHaveLength(1);
  expect(said.match(/Building/g)).toHaveLength(1);
  expect(said).not.toContain('✗');
  expect(existsSync(project.at('.cache/set-up.lock'))).toBe(false);
});

test('The lock of a process that died is taken over', async () => {
  const project = start({ 'src/base/one.ts': 'export const one: number = 5;\n' }, ready);
  project.write('.cache/set-up.lock', '2147483646');
  const { status, stderr } = await project.run('set-up.js');
  expect(stderr).toMatch(/^Building/);
  expect(status).toBe(0);
  expect(existsSync(project.at('.cache/set-up.lock'))).toBe(false);
});

test('A lock that nobody wrote a number into is taken over once it is old', async () => {
  const project = start({ 'src/base/one.ts': 'export const one: number = 6;\n' }, ready);
  project.write('.cache/set-up.lock', '');
  utimesSync(project.at('.cache/set-up.lock'), 0, 0);
  expect((await project.run('set-up.js')).status).toBe(0);
  expect(output(project, 'base/one.js')).toContain('one = 6');
});

test('A failed installation shows why and what to do, and is tried again', async () => {
  const wanted = { name: 'small', type: 'module', devDependencies: { absent: '1.0.0' } };
  const project = start({ ...cloneFiles, 'package.json': JSON.stringify(wanted) });
  for (const _ of [1, 2]) {
    const { status, stderr } = await project.run('set-up.js');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Installing packages, because .* … failed\n/);
    expect(stderr).toContain('npm error');
    expect(stderr).toMatch(/✗ .*Nothing was started.*npm ci.*\n$/);
  }
});

test('A failed build shows why and what to do, and is tried again', async () => {
  const project = start({ 'src/base/one.ts': "export const one: number = 'x';\n" }, ready);
  for (const _ of [1, 2]) {
    const { status, stderr } = await project.run('set-up.js');
    expect(status).toBe(1);
    expect(stderr).toContain('src/base/one.ts');
    expect(stderr).toMatch(/✗ .*Nothing was started.*sources.*\n$/);
  }
  project.write('src/base/one.ts', 'export const one: number = 1;\n');
  expect((await project.run('set-up.js')).status).toBe(0);
});
