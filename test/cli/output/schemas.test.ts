import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { documentedOutput } from '../../../src/cli/output/all.ts';
import { everyCommand } from '../every-command.ts';
import { newAjv } from '../processes/documented.ts';

/** What they print is not ours, or nothing that a program reads; docs/command-line.md says why of each. */
const without = ['curl', 'completion'];
/** Prints what it does as JSON lines, for the tour's own tests. */
const undocumented = ['playground'];

const folder = new URL('../../../schemas/', import.meta.url);
const script = new URL('../../../scripts/schemas.js', import.meta.url).href;

test('every command has --json, and a schema of what it prints', async () => {
  const commands = await everyCommand();
  const named = commands.map(({ words, command }) => ({
    name: words.join('-'),
    json: command.options.some(({ long }) => long === '--json'),
  }));
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter(({ json }) => !json).map(({ name }) => name)).toEqual(without);
  const printing = named.filter(({ name, json }) => json && !undocumented.includes(name));
  expect(Object.keys(documentedOutput).sort()).toEqual(
    [...printing.map(({ name }) => name), 'error'].sort(),
  );
});

test('the files are what the sources say, and schemas', async () => {
  const { schemaTexts } = (await import(/* @vite-ignore */ script)) as {
    readonly schemaTexts: () => Readonly<Record<string, string>>;
  };
  const wanted = schemaTexts();
  const files = (await readdir(folder)).filter((name) => name !== 'byway-yaml.json');
  expect(files.sort()).toEqual(Object.keys(wanted).sort());
  for (const name of files) {
    const text = await readFile(new URL(name, folder), 'utf8');
    // After a change of src/cli/output: npm run schemas
    expect(text, name).toBe(wanted[name]);
    newAjv().compile(JSON.parse(text));
  }
});
