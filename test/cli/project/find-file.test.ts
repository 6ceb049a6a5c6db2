import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { findProjectFile } from '../../../src/cli/project/find-file.ts';
import { cleanUp, newFolder } from '../folder.ts';

afterEach(cleanUp);

/** A folder with these files in it; a name that ends in a slash is a folder. */
const tree = async (...names: readonly string[]): Promise<string> => {
  const root = await newFolder();
  for (const name of names) {
    const path = join(root, name);
    await mkdir(name.endsWith('/') ? path : join(path, '..'), { recursive: true });
    if (!name.endsWith('/')) await writeFile(path, '');
  }
  return root;
};

test('the nearest file up to the root of the repository', async () => {
  const root = await tree(
    'byway.yaml',
    'r/.git/',
    'r/a/b/c/',
    'r/a/byway.yaml',
    'r/d/',
    's/.git',
    's/e/',
  );
  const find = (folder: string) => findProjectFile(join(root, folder), '/nobody');
  expect(await find('r/a/b/c')).toBe(join(root, 'r/a/byway.yaml'));
  expect(await find('r/a')).toBe(join(root, 'r/a/byway.yaml'));
  expect(await find('r/d')).toBeUndefined();
  expect(await find('r')).toBeUndefined();
  expect(await find('s/e')).toBeUndefined(); // A worktree's .git is a file.
});

test('in no repository: below the home folder, and never in or above it', async () => {
  const root = await tree(
    'byway.yaml',
    'home/byway.yaml',
    'home/p/byway.yaml',
    'home/p/q/',
    'home/r/',
  );
  const find = (folder: string) => findProjectFile(join(root, folder), join(root, 'home'));
  expect(await find('home/p/q')).toBe(join(root, 'home/p/byway.yaml'));
  expect(await find('home/r')).toBeUndefined();
  expect(await find('home')).toBe(join(root, 'home/byway.yaml')); // The folder itself always counts.
});

test('elsewhere only the folder itself, for others may write above it', async () => {
  const root = await tree('byway.yaml', 'a/', 'b/byway.yaml');
  const find = (folder: string) => findProjectFile(join(root, folder), '/nobody');
  expect(await find('a')).toBeUndefined();
  expect(await find('b')).toBe(join(root, 'b/byway.yaml'));
});
