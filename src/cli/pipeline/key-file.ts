import { rm } from 'node:fs/promises';
import { writeAtomically } from '../../base/atomic-file.ts';
import { messageOf, systemCode, UserError } from '../../base/errors.ts';

/** The file in which the other programs of a job find the routing key. */
export type KeyFile = {
  /** Throws a `UserError` when it can't be written. */
  readonly write: () => Promise<void>;
  /** Removes it if it was written. */
  readonly remove: () => Promise<void>;
};

/** Writes the key alone, in one line, readable by its user only. Without a path it does nothing. */
export const keyFileOf = ({
  key,
  plan: { keyFile: path },
}: {
  readonly key: string | null;
  readonly plan: { readonly keyFile?: string | undefined };
}): KeyFile => {
  let written = false;
  return {
    write: async () => {
      if (path === undefined || key === null) return;
      try {
        await writeAtomically(path, `${key}\n`);
        written = true;
      } catch (error) {
        throw notWritten(path, error);
      }
    },
    remove: async () => {
      if (written && path !== undefined) await rm(path, { force: true });
    },
  };
};

const notWritten = (path: string, error: unknown): UserError =>
  new UserError(`The key could not be written to ${path}: ${messageOf(error)}`, {
    cause: error,
    hint: systemCode(error) === 'ENOENT' ? 'Does its folder exist?' : undefined,
  });
