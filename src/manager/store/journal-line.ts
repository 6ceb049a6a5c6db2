import { crc32 } from 'node:zlib';
import * as v from 'valibot';
import { UserError } from '../../base/errors.ts';
import type { Change } from './collection.ts';

// A line is {"crc":"xxxxxxxx","entry":ENTRY}: JSON, with the CRC-32 of ENTRY's exact text.
const form = /^\{"crc":"([0-9a-f]{8})","entry":(.*)\}$/;

/** The first line of every journal. */
export const journalHeader = { format: 'byway-journal', version: 1 } as const;

const headerSchema = v.object({ format: v.literal('byway-journal'), version: v.literal(1) });
const changeSchema: v.GenericSchema<unknown, Change> = v.union([
  v.looseObject({ in: v.string(), put: v.looseObject({ id: v.string() }) }),
  v.looseObject({ in: v.string(), remove: v.string() }),
]);
/** What an entry says: one change, or several that are one. */
const entrySchema: v.GenericSchema<unknown, readonly Change[]> = v.union([
  v.pipe(
    changeSchema,
    v.transform((change) => [change]),
  ),
  v.pipe(
    v.object({ all: v.array(changeSchema) }),
    v.transform(({ all }) => all),
  ),
]);

/** The line of changes of which all are there after a crash, or none. */
export const changesLine = (changes: readonly Change[]): string => {
  const [only] = changes;
  return journalLine(only !== undefined && changes.length === 1 ? only : { all: changes });
};

/** One line with its line end. */
export const journalLine = (entry: object): string => {
  const text = JSON.stringify(entry);
  return `{"crc":"${checksum(text)}","entry":${text}}\n`;
};

/**
 * Reads a whole journal, the changes of each line together. The last line may be torn by a crash while it was written, when nobody had
 * been told yet that it is there: it is dropped. Any other damage throws a `UserError` that names
 * the line.
 */
export const readJournal = (text: string, path: string): readonly (readonly Change[])[] => {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const entries = lines.map(entryOf);
  if (entries.length > 0 && entries.at(-1) === undefined) entries.pop();
  const [header, ...changes] = entries.map((entry, index) => {
    if (entry === undefined) throw damaged(path, index + 1, 'does not match its checksum');
    return entry;
  });
  if (header !== undefined && !v.is(headerSchema, header)) {
    throw damaged(path, 1, 'is not the header of a journal that this version knows');
  }
  return changes.map((entry, index) => {
    const changes = v.safeParse(entrySchema, entry);
    if (!changes.success) throw damaged(path, index + 2, 'is not a change');
    return changes.output;
  });
};

/** Undefined when the line is not whole. */
const entryOf = (line: string): unknown => {
  const [, sum, text] = form.exec(line) ?? [];
  return text !== undefined && checksum(text) === sum ? JSON.parse(text) : undefined;
};

const checksum = (text: string): string => crc32(text).toString(16).padStart(8, '0');

/** The error for a journal that can't be trusted. */
export const damaged = (path: string, line: number, what: string): UserError =>
  new UserError(`Line ${line} of ${path} ${what}, so the manager does not start.`, {
    hint: 'Restore the file from a copy, or move it away to begin without intercepts and tokens.',
  });
