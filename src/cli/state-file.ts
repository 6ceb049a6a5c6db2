import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { writeAtomically } from '../base/atomic-file.ts';
import { systemCode, UserError } from '../base/errors.ts';

/** Bytes of one file of state. */
const fileBytesMax = 1024 * 1024;

/** Writes JSON that only the user can read; a reader sees the old content or the new, never a part. */
export const writeStateFile = async (path: string, value: unknown): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeAtomically(path, `${JSON.stringify(value, undefined, 2)}\n`);
};

/** Reads what `writeStateFile` wrote. Undefined without a file; a `UserError` for another content. */
export const readStateFile = async <T>(
  path: string,
  schema: v.GenericSchema<unknown, T>,
): Promise<T | undefined> => {
  const text = await readText(path);
  if (text === undefined) return undefined;
  const content = v.safeParse(schema, jsonOf(text));
  if (content.success) return content.output;
  throw new UserError(`${path} can't be understood. Nothing was changed.`, {
    hint: 'Remove or repair that file, then try again.',
  });
};

/** The text of a small file, or undefined when there is no such file. */
export const readText = async (path: string): Promise<string | undefined> => {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > fileBytesMax) throw new UserError(`${path} is larger than 1 MiB.`);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No schema accepts undefined, so the caller says it.
  }
};
