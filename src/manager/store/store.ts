import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { systemCode } from '../../base/errors.ts';
import { type Change, type Collection, collect } from './collection.ts';
import { type InterceptGroups, InterceptTable } from './intercept-table.ts';
import { startJournal } from './journal.ts';
import { damaged, readJournal } from './journal-line.ts';
import {
  type InterceptRecord,
  interceptRecordSchema,
  type TokenRecord,
  tokenRecordSchema,
  type UserRecord,
  userRecordSchema,
} from './records.ts';

/** The state that outlives a manager. */
export type Store = {
  readonly intercepts: Collection<InterceptRecord> & InterceptGroups;
  readonly tokens: Collection<TokenRecord>;
  readonly users: Collection<UserRecord>;
  /** Resolves when every write is durable. */
  readonly close: () => Promise<void>;
};

/**
 * The embedded store: memory, with `journal.jsonl` in the folder. Rejects with a `UserError` that
 * names the line when the journal is damaged anywhere but in its last, torn line.
 */
export const openStore = async (folder: string): Promise<Store> => {
  const path = join(folder, 'journal.jsonl');
  const state = emptyState();
  readJournal(await textOf(path), path).forEach((change, index) => {
    if (!apply(state, change)) throw damaged(path, index + 2, 'is not a record this version knows');
  });
  const journal = await startJournal({ path, snapshot: () => changesOf(state) });
  return {
    intercepts: {
      ...collect('intercepts', state.intercepts, journal.commit),
      ...state.intercepts.groups,
    },
    tokens: collect('tokens', state.tokens, journal.commit),
    users: collect('users', state.users, journal.commit),
    close: journal.close,
  };
};

type State = {
  readonly intercepts: InterceptTable;
  readonly tokens: Map<string, TokenRecord>;
  readonly users: Map<string, UserRecord>;
};

const emptyState = (): State => ({
  intercepts: new InterceptTable(),
  tokens: new Map(),
  users: new Map(),
});

/** False when the change can't be understood. */
const apply = (state: State, change: Change): boolean => {
  if (change.in === 'intercepts') return applyTo(state.intercepts, interceptRecordSchema, change);
  if (change.in === 'tokens') return applyTo(state.tokens, tokenRecordSchema, change);
  if (change.in === 'users') return applyTo(state.users, userRecordSchema, change);
  return false;
};

const applyTo = <Item extends { readonly id: string }>(
  items: Map<string, Item>,
  schema: v.GenericSchema<unknown, Item>,
  change: Change,
): boolean => {
  if ('remove' in change) {
    items.delete(change.remove);
    return true;
  }
  const item = v.safeParse(schema, change.put);
  if (item.success) items.set(item.output.id, item.output);
  return item.success;
};

const changesOf = (state: State): readonly Change[] =>
  Object.entries(state).flatMap(([name, items]) =>
    [...items.values()].map((put) => ({ in: name, put })),
  );

const textOf = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return '';
    throw error;
  }
};
