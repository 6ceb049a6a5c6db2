import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

/** Times are checked as well. */
export const newAjv = (): Ajv2020 =>
  new Ajv2020({
    strict: false,
    allErrors: true,
    formats: { 'date-time': (text: string) => !Number.isNaN(Date.parse(text)) },
  });

const compiled = new Map<string, ValidateFunction>();

/**
 * The documents that a command printed, each checked against its schema. Stricter than what the schema
 * asks of readers: what it does not name may not be there either.
 */
export const documentsOf = (name: string, stdout: string): readonly unknown[] => {
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const value: unknown = JSON.parse(line);
    const validate = compiled.get(name) ?? schemaOf(name);
    compiled.set(name, validate);
    if (validate(value)) return value;
    throw new Error(`${name}: ${JSON.stringify(validate.errors, undefined, 1)}\n${line}`);
  });
};

const schemaOf = (name: string): ValidateFunction => {
  const file = new URL(`../../../schemas/${name}.json`, import.meta.url);
  const schema: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return newAjv().compile(closed(schema, false) as object);
};

// Parts of an `allOf` name what the others don't, so only the whole of it is closed.
const closed = (schema: unknown, isPart: boolean): unknown => {
  if (Array.isArray(schema)) return schema.map((each) => closed(each, isPart));
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) => [
    key,
    closed(value, key === 'allOf'),
  ]);
  const isOpen = 'additionalProperties' in schema || isPart;
  const isObject = 'properties' in schema || 'allOf' in schema;
  return {
    ...Object.fromEntries(entries),
    ...(isObject && !isOpen ? { unevaluatedProperties: false } : {}),
  };
};
