import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { systemCode } from '../../base/errors.ts';
import { type Change, type Collection, collect } from './collection.ts';
import { gatherWrites, type Together } from './gather-writes.ts';
import { type InterceptGroups, InterceptTable } from './intercept-table.ts';
import { startJournal } from './journal.ts';
import { damaged, readJournal } from './journal-line.ts';
import {
  type AuditRecord,
  auditRecordSchema,
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
  /** Who did what, oldest first. */
  readonly audit: Collection<AuditRecord>;
  readonly together: Together;
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
  readJournal(await textOf(path), path).forEach((changes, index) => {
    const known = changes.every((change) => apply(state, change));
    if (!known) throw damaged(path, index + 2, 'is not a record this version knows');
  });
  const journal = await startJournal({ path, snapshot: () => changesOf(state) });
  const { commit, together } = gatherWrites(journal.commit);
  return {
    intercepts: {
      ...collect('intercepts', state.intercepts, commit),
      ...state.intercepts.groups,
    },
    tokens: collect('tokens', state.tokens, commit),
    users: collect('users', state.users, commit),
    audit: collect('audit', state.audit, commit),
    together,
    close: journal.close,
  };
};

type State = {
  readonly intercepts: InterceptTable;
  readonly tokens: Map<string, TokenRecord>;
  readonly users: Map<string, UserRecord>;
  readonly audit: Map<string, AuditRecord>;
};

const emptyState = (): State => ({
  intercepts: new InterceptTable(),
  tokens: new Map(),
  users: new Map(),
  audit: new Map(),
});

/** False when the change can't be understood. */
const apply = (state: State, change: Change): boolean => {
  if (change.in === 'intercepts') return applyTo(state.intercepts, interceptRecordSchema, change);
  if (change.in === 'tokens') return applyTo(state.tokens, tokenRecordSchema, change);
  if (change.in === 'users') return applyTo(state.users, userRecordSchema, change);
  if (change.in === 'audit') return applyTo(state.audit, auditRecordSchema, change);
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
