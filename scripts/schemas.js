// Writes schemas/COMMAND.json, what each command prints with --json. Build first.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toJsonSchema } from '@valibot/to-json-schema';
import { documentedOutput } from '../dist/cli/output/all.js';
import { conditionSchema } from '../dist/protocol/match.js';

const conversion = {
  target: 'draft-2020-12',
  // What JSON Schema can't say, such as how many conditions there are in all.
  ignoreActions: ['check'],
  definitions: { Condition: conditionSchema },
};

/** The texts of all files, by name. */
export const schemaTexts = () =>
  Object.fromEntries(
    Object.entries(documentedOutput).map(([name, { schema, description, form }]) => {
      const { $schema, $defs, ...rest } = toJsonSchema(schema, conversion);
      const each = form === 'lines' ? ' One document a line.' : '';
      const file = {
        $schema,
        $id: `urn:byway:output:${name}`,
        title: name === 'error' ? 'byway … --json' : `byway ${name.replace('-', ' ')} --json`,
        description: `${description}${each}`,
        ...rest,
        ...(JSON.stringify(rest).includes('#/$defs/') ? { $defs } : {}),
      };
      return [`${name}.json`, `${JSON.stringify(file, undefined, 2)}\n`];
    }),
  );

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(import.meta.dirname, '..', 'schemas');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(schemaTexts())) writeFileSync(join(folder, name), text);
}
