// Writes schemas/byway-yaml.json from the schema that byway itself reads byway.yaml by. Build first.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toJsonSchema } from '@valibot/to-json-schema';
import { projectSchema } from '../dist/cli/project/schema.js';

/** The text of the file, as editors read it. */
export const projectSchemaText = () => {
  const { $schema, ...schema } = toJsonSchema(projectSchema, { target: 'draft-07' });
  const title = { title: 'byway.yaml', description: 'The intercepts of a project.' };
  return `${JSON.stringify({ $schema, ...title, ...schema }, undefined, 2)}\n`;
};

const isMain = process.argv[1] === fileURLToPath(import.meta.url);
if (isMain) {
  const path = join(import.meta.dirname, '..', 'schemas', 'byway-yaml.json');
  writeFileSync(path, projectSchemaText());
}
