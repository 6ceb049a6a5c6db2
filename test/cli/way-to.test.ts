import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { rememberManager } from '../../src/cli/configuration.ts';
import { wayTo } from '../../src/cli/way-to.ts';
import { createAuthority } from '../support/authority.ts';
import { cleanUp, newFolder } from './folder.ts';

afterEach(cleanUp);

const manager = new URL('https://byway.example.com/');
const [logged, named] = [createAuthority().ca, createAuthority().ca];

test('the variable wins over what a login at this manager named, and another login forgets it', async () => {
  const folder = await newFolder();
  const file = join(folder, 'logged.pem');
  const other = join(folder, 'named.pem');
  await Promise.all([writeFile(file, logged), writeFile(other, named)]);
  const environment = { BYWAY_CONFIG_DIR: folder };
  expect(await wayTo(manager, environment)).toEqual({ manager });
  await rememberManager(environment, manager, file);
  expect((await wayTo(manager, environment)).ca).toBe(logged.trim());
  const both = { ...environment, BYWAY_CA: other };
  expect((await wayTo(manager, both)).ca).toBe(named.trim());
  expect(await wayTo(new URL('https://elsewhere.example.com/'), environment)).not.toHaveProperty(
    'ca',
  );
  await rememberManager(environment, manager);
  expect(await wayTo(manager, environment)).toEqual({ manager });
});

test('a manager in plain needs no authority, unless its proxy is spoken to in TLS', async () => {
  const folder = await newFolder();
  const environment = { BYWAY_CONFIG_DIR: folder, BYWAY_CA: join(folder, 'none') };
  const plain = new URL('http://byway.example.com/');
  expect(await wayTo(plain, environment)).toEqual({ manager: plain });
  await expect(
    wayTo(plain, { ...environment, HTTP_PROXY: 'https://proxy:1' }),
  ).rejects.toMatchObject({ kind: 'usage' });
});
