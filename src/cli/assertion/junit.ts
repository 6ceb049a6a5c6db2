import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeAtomically } from '../../base/atomic-file.ts';

/** The outcome of one assertion, as test reports of pipelines have it. */
export type TestCase = {
  /** What was asserted. */
  readonly name: string;
  /** The intercept. */
  readonly of: string;
  readonly seconds: number;
  readonly outcome:
    | { readonly type: 'passed' }
    /** It did not hold; or it could not be judged. */
    | { readonly type: 'failure' | 'error'; readonly message: string; readonly details: string };
};

/** Writes a report with one test, all of it or nothing; its folder is made. */
export const writeJunit = async (path: string, test: TestCase): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  await writeAtomically(path, junitOf(test), 0o644);
};

/** JUnit's XML, as its readers agree on it. */
export const junitOf = ({ name, of, seconds, outcome }: TestCase): string => {
  const time = seconds.toFixed(3);
  const failures = outcome.type === 'failure' ? 1 : 0;
  const errors = outcome.type === 'error' ? 1 : 0;
  const attributes = `tests="1" failures="${failures}" errors="${errors}" skipped="0" time="${time}"`;
  const begin = `    <testcase classname="${escaped(`byway.${of}`)}" name="${escaped(name)}" time="${time}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="byway" tests="1" failures="${failures}" errors="${errors}" time="${time}">`,
    `  <testsuite name="byway assert" ${attributes}>`,
    ...(outcome.type === 'passed'
      ? [`${begin}/>`]
      : [
          `${begin}>`,
          `      <${outcome.type} message="${escaped(outcome.message)}" type="${outcome.type}">${escaped(outcome.details)}</${outcome.type}>`,
          '    </testcase>',
        ]),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
};

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

// What XML 1.0 has no way to write at all, half of a surrogate pair included.
const unwritable = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

const escaped = (text: string): string =>
  text
    .replace(unwritable, '\ufffd')
    .replace(/[&<>"'\t\n\r]/g, (character) => entities[character] ?? '');
