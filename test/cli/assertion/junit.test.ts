import { chmod, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { junitOf, type TestCase, writeJunit } from '../../../src/cli/assertion/junit.ts';
import { cleanUp, newFolder } from '../folder.ts';
import { readXml } from './read-xml.ts';

afterEach(cleanUp);

const failed = (text: string): TestCase => ({
  name: text,
  of: text,
  seconds: 1.5,
  outcome: { type: 'failure', message: text, details: text },
});

test('it is what readers of JUnit look for', () => {
  const [suites] = readXml(junitOf(failed('wanted <1> & got "none"')));
  expect(suites).toEqual({
    name: 'testsuites',
    attributes: { name: 'byway', tests: '1', failures: '1', errors: '0', time: '1.500' },
    children: [
      {
        name: 'testsuite',
        attributes: {
          ...{ name: 'byway assert', tests: '1', failures: '1', errors: '0', skipped: '0' },
          time: '1.500',
        },
        children: [
          {
            name: 'testcase',
            attributes: {
              classname: 'byway.wanted <1> & got "none"',
              name: 'wanted <1> & got "none"',
              time: '1.500',
            },
            children: [
              {
                name: 'failure',
                attributes: { message: 'wanted <1> & got "none"', type: 'failure' },
                children: ['wanted <1> & got "none"'],
              },
            ],
          },
        ],
      },
    ],
  });
});

test('one that passed has no child; one that could not be judged is an error', () => {
  const passed = junitOf({ name: 'n', of: 'o', seconds: 0, outcome: { type: 'passed' } });
  expect(passed).toContain('<testcase classname="byway.o" name="n" time="0.000"/>');
  const error = junitOf({ ...failed('x'), outcome: { type: 'error', message: 'm', details: '' } });
  expect(error).toContain('failures="0" errors="1"');
  expect(error).toContain('<error message="m" type="error"></error>');
});

const unwritable = ['\u0000', '\u001b', '\ud800', '\uffff'];

test('whatever it says, it is XML and says just that', () => {
  const part = fc.constantFrom(
    '<',
    '&',
    '"',
    "'",
    ']]>',
    '&amp;',
    '\n',
    '\r',
    '\u0000',
    '\u001b',
    '\ud800',
    '\uffff',
    '💥',
    '-->',
    'a',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 10 }), (parts) => {
      const text = parts.join('');
      const readable = parts.map((one) => (unwritable.includes(one) ? '\ufffd' : one)).join('');
      const [suites] = readXml(junitOf(failed(text)));
      const found = JSON.stringify(suites);
      expect(found.split(JSON.stringify(readable).slice(1, -1)).length).toBeGreaterThanOrEqual(
        text === '' ? 1 : 5,
      );
    }),
    { numRuns: 500 },
  );
});

test('the file is written as a whole, into a folder that is made, for all to read', async () => {
  const folder = await newFolder();
  const path = join(folder, 'reports', 'byway.xml');
  await writeJunit(path, failed('one'));
  await writeJunit(path, failed('two'));
  expect(await readFile(path, 'utf8')).toContain('two');
  expect(await readdir(join(folder, 'reports'))).toEqual(['byway.xml']);
  expect((await stat(path)).mode & 0o444 & ~process.umask()).toBe(0o444 & ~process.umask());
});

test.skipIf(process.getuid?.() === 0)('a folder that can’t be written to is said', async () => {
  const folder = join(await newFolder(), 'closed');
  await mkdir(folder);
  await chmod(folder, 0o500);
  await expect(writeJunit(join(folder, 'x.xml'), failed('x'))).rejects.toThrow('EACCES');
});
