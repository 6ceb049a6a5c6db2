import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { login } from '../../../src/cli/commands/login.ts';
import { createCredentials } from '../../../src/cli/credentials/credentials.ts';
import type { Environment } from '../../../src/cli/folders.ts';
import { createIo } from '../../../src/cli/io.ts';
import { contextWith } from '../buffers.ts';
import { cleanUp, newFolder } from '../folder.ts';
import { answerWith } from '../manager-client/fake-manager.ts';

afterEach(cleanUp);

const me = { user: 'ada', role: 'owner', key: 'k', workload: null, tokenExpiresAt: null };

let environment: Environment;
let manager: string;
let tokens: (string | undefined)[];
beforeEach(async () => {
  environment = { BYWAY_CONFIG_DIR: await newFolder() };
  tokens = [];
  const url = await answerWith(({ headers }, response) => {
    tokens.push(headers.authorization);
    response.end(JSON.stringify(me));
  });
  manager = url.href;
});

/** A person at a terminal without a keychain, who types each answer when asked. */
const person = (...answers: readonly string[]) => {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const rest = [...answers];
  let shown = '';
  const write = (text: string): void => {
    shown += text;
    const next = /\(not shown\): $|\[y\/N\] $/.test(text) ? rest.shift() : undefined;
    if (next !== undefined) setImmediate(() => stdin.write(`${next}\r`));
  };
  const io = createIo(
    { stdin, stdout: { write: () => {} }, stderr: { isTTY: true, write } },
    environment,
  );
  const credentials = createCredentials(environment, async () => undefined);
  const context = contextWith(io, {
    environment,
    credentials: async () => credentials,
    connection: async (url, token) => ({ manager: url, token }),
  });
  return { context, credentials, shown: () => shown };
};

const options = { input: true, color: false };

test('the token is asked for, not shown, and kept in a file after a yes', async () => {
  const { context, credentials, shown } = person('secret-token', 'y');
  await login(context, { ...options, manager });
  expect(tokens).toEqual(['Bearer secret-token']);
  expect(await credentials.read(new URL(manager))).toBe('secret-token');
  expect(shown()).toContain('There is no keychain here. Keep the token in');
  expect(shown()).not.toContain('secret-token');
});

test.each(['n', '', 'yesterday'])('the answer "%s" keeps nothing', async (answer) => {
  const { context, credentials } = person('secret-token', answer);
  await expect(login(context, { ...options, manager })).rejects.toMatchObject({ kind: 'usage' });
  expect(await credentials.read(new URL(manager))).toBeUndefined();
});

test('nobody is asked about a place that was named', async () => {
  const { context, shown } = person('secret-token');
  await login(context, { ...options, manager, store: 'file' });
  expect(shown()).not.toContain('[y/N]');
  const other = person('secret-token');
  const refused = login(other.context, { ...options, manager, store: 'keychain' });
  await expect(refused).rejects.toMatchObject({ message: 'There is no keychain here.' });
});

test('without a manager it is a usage error before anything is asked', async () => {
  const { context, shown } = person();
  await expect(login(context, options)).rejects.toMatchObject({ kind: 'usage' });
  expect(shown()).toBe('');
});
