import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readAuthorities } from '../../src/tunnel/authority-file.ts';
import { createAuthority } from '../support/authority.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'byway-authority-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const fileWith = async (text: string): Promise<string> => {
  const path = join(folder, 'ca.pem');
  await writeFile(path, text);
  return path;
};

const { ca, issue } = createAuthority();

test('several certificates are taken with what stands around them left out', async () => {
  const text = `Ours\n${ca}\nTheirs\n${createAuthority().ca}`;
  const read = await readAuthorities(await fileWith(text), '--ca');
  expect(read.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  expect(read).not.toContain('Ours');
});

test.each([
  ['nothing', ''],
  ['a key', issue({ names: ['a'] }).key],
  ['a damaged certificate', ca.replace(/\n[\s\S]{40}/, '\nAAAA')],
  ['one that is cut off', ca.slice(0, 200)],
])('a file with %s is refused by the name of its flag', async (_, text) => {
  const path = await fileWith(text);
  await expect(readAuthorities(path, '--ca')).rejects.toMatchObject({
    kind: 'usage',
    message: `--ca: ${path} holds no certificates in PEM.`,
  });
});

test('a file that is not there or is no list of certificates by its size is refused', async () => {
  await expect(readAuthorities(join(folder, 'none'), 'BYWAY_CA')).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringMatching(/^BYWAY_CA: .* can't be read/),
  });
  const large = await fileWith(`${ca}${'x'.repeat(1024 * 1024)}`);
  await expect(readAuthorities(large, '--ca')).rejects.toMatchObject({
    message: expect.stringContaining('larger than 1 MiB'),
  });
});
