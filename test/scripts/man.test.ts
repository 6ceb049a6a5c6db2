import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { exitCodes } from '../../src/base/exit-codes.ts';
import { everyCommand } from '../cli/every-command.ts';

const page = new URL('../../man/byway.1', import.meta.url);
const path = fileURLToPath(page);
const script = new URL('../../scripts/man.js', import.meta.url).href;

test('the man page is what the program says of itself', async () => {
  const { manPage } = (await import(/* @vite-ignore */ script)) as {
    readonly manPage: () => Promise<string>;
  };
  // After a change of a command or a flag: npm run man
  expect(await readFile(page, 'utf8')).toBe(await manPage());
});

test('it has every command with every flag, and every exit code', async () => {
  const text = (await readFile(page, 'utf8')).replaceAll('\\-', '-');
  for (const { words, command } of await everyCommand()) {
    const [, section = ''] = text.split(`.SS byway ${words.join(' ')}\n`);
    const [own = ''] = section.split('\n.SS ');
    expect(own, words.join(' ')).toContain('Examples:');
    for (const { flags, hidden } of command.options) if (!hidden) expect(own).toContain(flags);
  }
  const [, status = ''] = text.split('.SH EXIT STATUS');
  const codes = [...status.matchAll(/^\\fB(\d+)\\fR$/gm)].map(([, code]) => Number(code));
  expect(codes).toEqual(Object.values(exitCodes).sort((a, b) => a - b));
});

const has = (program: string, ...args: readonly string[]): boolean =>
  spawnSync(program, args).status === 0;

test.skipIf(!has('groff', '--version'))(
  'groff, where there is one, reads it without a word',
  () => {
    const read = spawnSync('groff', ['-man', '-Tutf8', '-ww', path], { encoding: 'utf8' });
    expect({ status: read.status, stderr: read.stderr }).toEqual({ status: 0, stderr: '' });
    expect(read.stdout).toContain('Requests');
  },
);

test.skipIf(!has('mandoc', '/dev/null'))('mandoc, where there is one, too', () => {
  const read = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning', path], { encoding: 'utf8' });
  expect({ status: read.status, stdout: read.stdout }).toEqual({ status: 0, stdout: '' });
});
