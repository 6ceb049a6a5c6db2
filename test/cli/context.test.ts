import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createContext } from '../../src/cli/context.ts';
import type { Environment } from '../../src/cli/folders.ts';
import { writePlaygroundFile } from '../../src/cli/playground-file.ts';
import { createBuffers } from './buffers.ts';
import { cleanUp, newFolder } from './folder.ts';

afterEach(cleanUp);

const contextFor = (environment: Environment) =>
  createContext(createBuffers().io, environment, () => () => {}, {
    program: '/nowhere',
    playground: () => Promise.reject(new Error('not expected')),
  });

test("a playground's own token is used where no manager is configured", async () => {
  const folder = await newFolder();
  const environment = { BYWAY_CONFIG_DIR: folder };
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, 'playground-token\n');
  const manager = 'http://127.0.0.1:7070';
  await writePlaygroundFile(environment, { manager, tokenFile, pid: process.pid });
  const { connection } = await contextFor(environment).manager(undefined);
  expect(connection).toEqual({ manager: new URL(manager), token: 'playground-token' });
  const other = await contextFor({ ...environment, BYWAY_TOKEN: 'mine' }).manager(undefined);
  expect(other.connection.token).toBe('mine');
});

// Whether this machine has a keychain or not: nobody is logged in there.
test('without any token nobody is logged in, whatever the keychain says', async () => {
  const environment = { BYWAY_CONFIG_DIR: await newFolder(), BYWAY_TOKEN: '' };
  await expect(contextFor(environment).manager('http://nowhere.example')).rejects.toMatchObject({
    kind: 'not_logged_in',
    message: expect.stringContaining('You are not logged in at http://nowhere.example'),
  });
});

test.each(['two words', 'line\nbreak', 'ü', 'a'.repeat(5000)])(
  'BYWAY_TOKEN %j is refused without repeating it',
  async (token) => {
    const environment = { BYWAY_CONFIG_DIR: await newFolder(), BYWAY_TOKEN: token };
    await expect(contextFor(environment).manager('http://x.example')).rejects.toMatchObject({
      kind: 'usage',
      message: expect.not.stringContaining(token),
    });
  },
);
