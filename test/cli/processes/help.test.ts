import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { everyCommand } from '../every-command.ts';
import { cleanUp, newFolder } from '../folder.ts';
import { endAll, run } from './process.ts';

afterEach(endAll);
afterEach(cleanUp);

// Writes down each module that is loaded: ESM by a hook, CommonJS from Node's own cache.
const recorder = (path: string): string => {
  const hook = `import { appendFileSync } from 'node:fs';
    export const load = (url, context, next) => {
      appendFileSync(${JSON.stringify(path)}, url + '\\n');
      return next(url, context);
    };`;
  const dataUrl = (source: string): string => `data:text/javascript,${encodeURIComponent(source)}`;
  return dataUrl(`import { createRequire, register } from 'node:module';
    import { appendFileSync } from 'node:fs';
    register(${JSON.stringify(dataUrl(hook))});
    const { cache } = createRequire(${JSON.stringify(`${path}.cjs`)});
    process.on('exit', () => appendFileSync(${JSON.stringify(path)}, Object.keys(cache).join('\\n')));`);
};

const packagesLoadedBy = async (args: readonly string[], environment: NodeJS.ProcessEnv = {}) => {
  const path = join(await newFolder(), 'modules');
  const ended = await run('byway', args, {
    environment: { PATH: process.env['PATH'], BYWAY_CONFIG_DIR: '/nowhere', ...environment },
    node: ['--import', recorder(path)],
  });
  const modules = (await readFile(path, 'utf8')).split('\n');
  expect(modules.some((module) => module.endsWith('dist/cli/main.js'))).toBe(true);
  const packages = modules.flatMap(
    (module) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(module)?.[1] ?? [],
  );
  const own = modules.filter((module) => module.includes('/dist/'));
  return { ...ended, own, packages: [...new Set(packages)].sort() };
};

test.each([['--help'], ['intercept', '--help'], ['token', 'create', '--help'], ['--version'], []])(
  'byway %s %s %s loads nothing but commander',
  async (...args) => {
    expect((await packagesLoadedBy(args)).packages).toEqual(['commander']);
  },
);

test('the help of every command has examples first, and loads nothing but commander', async () => {
  const commands = await everyCommand();
  const helps = commands.map(({ words }) => [...words, '--help']);
  while (helps.length > 0) {
    const some = helps
      .splice(0, 3)
      .map(async (args) => ({ args, ...(await packagesLoadedBy(args)) }));
    for (const { args, code, stdout, packages } of await Promise.all(some)) {
      expect({ args, code, packages }).toEqual({ args, code: 0, packages: ['commander'] });
      expect(stdout, args.join(' ')).toMatch(/^Examples:\n {2}(byway|eval) /);
      // Each example is of that command, and its flags are there.
      expect(stdout.split('Usage:')[0]).toContain(args.slice(0, -1).join(' '));
    }
  }
}, 120_000);

test('help loads few modules of our own: each costs half a millisecond', async () => {
  expect((await packagesLoadedBy(['--help'])).own.length).toBeLessThanOrEqual(16);
  expect((await packagesLoadedBy(['list', '--help'])).own.length).toBeLessThanOrEqual(30);
});

test('the recorder sees packages that a command does load', async () => {
  const { packages, code } = await packagesLoadedBy(['list'], {
    BYWAY_MANAGER: 'http://127.0.0.1:1',
    BYWAY_TOKEN: 'token',
  });
  expect(code).toBe(6);
  expect(packages).toEqual(expect.arrayContaining(['commander', 'got', 'valibot']));
  for (const absent of ['ink', 'react', 'kleur', 'keytar']) expect(packages).not.toContain(absent);
});

test('help begins with examples, on standard output, in at most 80 columns', async () => {
  const { code, stdout, stderr } = await packagesLoadedBy(['--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^Examples:\n {2}byway /);
  expect(stdout).not.toMatch(/^ {2}session\b/m);
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('the version is that of the package', async () => {
  const { version } = JSON.parse(
    await readFile(new URL('../../../package.json', import.meta.url), 'utf8'),
  );
  expect((await packagesLoadedBy(['--version'])).stdout).toBe(`${version}\n`);
});

const environment = { PATH: process.env['PATH'], BYWAY_CONFIG_DIR: '/nowhere' };

test.each([
  [['lst'], 'Did you mean list?'],
  [['list', '--al'], 'Did you mean --all?'],
  [['intercept', 'x', '--prot', '1'], 'Did you mean --port?'],
  [['login', '--store', 'cloud'], 'keychain, file'],
  [['token', 'revoke'], "'id'"],
  [['leave'], '--all'],
  [['session'], '--detach'],
  [['doctr'], 'Did you mean doctor?'],
  [['token', 'creat'], 'Did you mean create?'],
  [['completion', 'powershell'], 'bash, zsh, fish'],
  [['pause', '--al'], 'Did you mean --all?'],
  [['compelte'], 'byway --help'],
])('byway %j is a usage error that helps on', async (args, help) => {
  const { code, stdout, stderr } = await run('byway', args, { environment });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^✗ [A-Z]/);
  expect(stderr).toContain(help);
});

test('intercept alone prints its help as a usage error', async () => {
  const { code, stderr } = await run('intercept', [], { environment });
  expect(code).toBe(2);
  expect(stderr).toMatch(/^Examples:\n {2}byway intercept/);
  expect(stderr).not.toContain('✗');
});
