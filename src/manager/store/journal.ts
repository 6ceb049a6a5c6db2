import { type FileHandle, open } from 'node:fs/promises';
import { writeAtomically } from '../../base/atomic-file.ts';
import { commitGatherMs, journalSpareLinesMax } from '../limits.ts';
import type { Change } from './collection.ts';
import { changesLine, journalHeader, journalLine } from './journal-line.ts';

/** An append-only file of changes. */
export type Journal = {
  /**
   * Resolves when the changes are on disk, of which a crash leaves all or none; what is committed
   * within 5 ms shares one fsync.
   */
  readonly commit: (changes: readonly Change[]) => Promise<void>;
  /** Resolves when all that was committed is on disk. Nothing may be committed after. */
  readonly close: () => Promise<void>;
};

export type JournalOptions = {
  readonly path: string;
  /** All that is alive, as changes: what the journal is rewritten to. */
  readonly snapshot: () => readonly Change[];
};

type Waiting = {
  readonly line: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/** Starts with a rewritten file, so that no torn line is ever appended to. */
export const startJournal = async ({ path, snapshot }: JournalOptions): Promise<Journal> => {
  let file: FileHandle | undefined;
  let spareLines = 0;
  let waiting: Waiting[] = [];
  let committing: Promise<void> | undefined;

  const rewrite = async (): Promise<void> => {
    const lines = snapshot().map((change) => changesLine([change]));
    const text = journalLine(journalHeader) + lines.join('');
    await file?.close(); // Windows does not replace a file that is open.
    file = undefined;
    await writeAtomically(path, text);
    file = await open(path, 'a', 0o600);
    spareLines = 0;
  };

  const write = async (batch: readonly Waiting[]): Promise<void> => {
    spareLines += batch.length;
    if (file === undefined || spareLines > journalSpareLinesMax) return rewrite();
    await file.appendFile(batch.map(({ line }) => line).join(''));
    await file.datasync();
  };

  const commitAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, commitGatherMs));
      const batch = waiting;
      waiting = [];
      try {
        await write(batch);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        spareLines = Number.POSITIVE_INFINITY; // A half-written line may be there: rewrite next.
        for (const { reject } of batch) reject(error);
      }
    }
    committing = undefined;
  };

  await rewrite();
  return {
    commit: (changes) =>
      new Promise((resolve, reject) => {
        waiting.push({ line: changesLine(changes), resolve, reject });
        committing ??= commitAll();
      }),
    close: async () => {
      await committing;
      await file?.close();
    },
  };
};
