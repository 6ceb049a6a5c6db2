import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readProject } from '../../../src/cli/project/project.ts';

const file = new URL('../../../schemas/byway-yaml.json', import.meta.url);
const script = new URL('../../../scripts/project-schema.js', import.meta.url).href;

test('the schema for editors is the one that byway reads by', async () => {
  const { projectSchemaText } = (await import(/* @vite-ignore */ script)) as {
    readonly projectSchemaText: () => string;
  };
  // After a change of src/cli/project/schema.ts: npm run build && npm run project-schema
  expect(await readFile(file, 'utf8')).toBe(projectSchemaText());
});

test.each([
  ['', true],
  ['manager: https://a', true],
  ['intercepts: {a: {port: 3000}}', true],
  ['intercepts: {a: {port: "3000:80", match: {http-header: [x=1]}, command: [npm, start]}}', true],
  ['intercepts: {a: {prot: 3000}}', false],
  ['intercepts: {a b: {}}', false],
  ['intercepts: {a: {port: 1.5}}', false],
  ['intercepts: {a: {match: {http-header: 7}}}', false],
  ['intercepts: {a: 3000}', false],
  ['other: 1', false],
])('editors and byway agree on %j', async (text, isGood) => {
  const validate = new Ajv().compile(JSON.parse(await readFile(file, 'utf8')));
  expect(validate(parse(text) ?? {})).toBe(isGood);
  const read = (): unknown => readProject('byway.yaml', text);
  if (isGood) read();
  else expect(read).toThrow('byway.yaml:1:');
});

test('the examples of the documents are read', async () => {
  const text = await readFile(new URL('../../../docs/projects.md', import.meta.url), 'utf8');
  const examples = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = '']) => yaml);
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples) {
    expect(Object.keys(readProject('byway.yaml', example).content)).toContain('intercepts');
  }
});
