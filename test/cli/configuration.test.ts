import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { configuredEndpoint, findEndpoint, rememberManager } from '../../src/cli/configuration.ts';
import type { Environment } from '../../src/cli/folders.ts';
import {
  readPlaygroundFile,
  removePlaygroundFile,
  writePlaygroundFile,
} from '../../src/cli/playground-file.ts';
import { cleanUp, newFolder } from './folder.ts';

afterEach(cleanUp);

const playground = { manager: 'http://127.0.0.1:7070', tokenFile: '/t', pid: process.pid };

const everything = async (): Promise<Environment> => {
  const environment = { BYWAY_CONFIG_DIR: await newFolder(), XDG_RUNTIME_DIR: await newFolder() };
  await rememberManager(environment, new URL('http://file'));
  await writePlaygroundFile(environment, playground);
  return environment;
};

test('flag, then environment, then file, then playground', async () => {
  const environment = await everything();
  const withVariable = { ...environment, BYWAY_MANAGER: 'http://variable' };
  expect((await findEndpoint('http://flag', withVariable)).manager.host).toBe('flag');
  expect((await findEndpoint(undefined, withVariable)).manager.host).toBe('variable');
  expect(await findEndpoint(undefined, environment)).toMatchObject({
    source: 'file',
    tokenFile: undefined,
  });
  const unconfigured = { ...environment, BYWAY_CONFIG_DIR: await newFolder(), BYWAY_MANAGER: '' };
  expect(await findEndpoint(undefined, unconfigured)).toMatchObject({
    source: 'playground',
    tokenFile: '/t',
  });
});

test('without any manager the user is told how to get one', async () => {
  const environment = { BYWAY_CONFIG_DIR: await newFolder() };
  await expect(findEndpoint(undefined, environment)).rejects.toMatchObject({
    kind: 'not_logged_in',
    hint: expect.stringContaining('byway playground'),
  });
});

test.each(['ftp://x', 'x', '', 'http://user:secret@x', 'file:///x'])(
  '--manager "%s" is a usage error that does not repeat it',
  async (flag) => {
    await expect(findEndpoint(flag, {})).rejects.toMatchObject({
      kind: 'usage',
      message: expect.not.stringContaining('secret'),
    });
  },
);

test('what else is in config.json stays', async () => {
  const folder = await newFolder();
  const environment = { BYWAY_CONFIG_DIR: folder };
  await writeFile(join(folder, 'config.json'), '{"manager":"http://a","later":1}');
  await rememberManager(environment, new URL('http://b'));
  expect((await findEndpoint(undefined, environment)).manager.host).toBe('b');
  const { readFile } = await import('node:fs/promises');
  expect(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))).toMatchObject({
    later: 1,
  });
});

test('a playground counts only while its process lives', async () => {
  const environment = { XDG_RUNTIME_DIR: await newFolder() };
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await writePlaygroundFile(environment, { ...playground, pid: child.pid ?? 0 });
  expect(await readPlaygroundFile(environment)).toMatchObject({ pid: child.pid });
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await readPlaygroundFile(environment)).toBeUndefined();
});

test('a playground elsewhere than on this machine is none', async () => {
  const environment = { XDG_RUNTIME_DIR: await newFolder() };
  await writePlaygroundFile(environment, { ...playground, manager: 'http://example.com' });
  expect(await readPlaygroundFile(environment)).toBeUndefined();
});

test('only its own playground removes the file', async () => {
  const environment = { XDG_RUNTIME_DIR: await newFolder() };
  await writePlaygroundFile(environment, playground);
  await removePlaygroundFile(environment, process.pid + 1);
  expect(await readPlaygroundFile(environment)).toEqual(playground);
  await removePlaygroundFile(environment, process.pid);
  expect(await readPlaygroundFile(environment)).toBeUndefined();
});

test('a project’s file goes behind flag and variable, and before the last login', async () => {
  const folder = await newFolder();
  const environment = { BYWAY_CONFIG_DIR: join(folder, 'configuration') };
  await rememberManager(environment, new URL('http://login'));
  await mkdir(join(folder, 'project', '.git'), { recursive: true });
  const project = join(folder, 'project');
  const hostOf = async (flag?: string, more = {}): Promise<string> => {
    const found = await findEndpoint(flag, { ...environment, ...more }, project);
    return `${found.manager.host} ${found.source}`;
  };
  expect(await hostOf()).toBe('login file');
  await writeFile(join(project, 'byway.yaml'), 'intercepts: {}');
  expect(await hostOf()).toBe('login file');
  await writeFile(join(project, 'byway.yaml'), 'manager: http://project');
  expect(await hostOf()).toBe('project project');
  expect(await hostOf(undefined, { BYWAY_MANAGER: 'http://variable' })).toBe(
    'variable environment',
  );
  expect(await hostOf('http://flag', { BYWAY_MANAGER: 'http://variable' })).toBe('flag flag');
  await writeFile(join(project, 'byway.yaml'), 'manager: ftp://project');
  await expect(hostOf()).rejects.toMatchObject({ kind: 'usage' });
  expect(await configuredEndpoint(undefined, environment)).toMatchObject({ source: 'file' });
});
