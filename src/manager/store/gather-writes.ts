import type { Change } from './collection.ts';

/**
 * Runs a function whose writes, as far as it begins them before it first waits, become durable as
 * one: after a crash all of them are there, or none.
 */
export type Together = <Result>(write: () => Promise<Result>) => Promise<Result>;

export type GatheredWrites = {
  readonly commit: (change: Change) => Promise<void>;
  readonly together: Together;
};

/** Lets writes to several collections share one commit. */
export const gatherWrites = (
  commitAll: (changes: readonly Change[]) => Promise<void>,
): GatheredWrites => {
  let gathering: ((change: Change) => Promise<void>) | undefined;
  const together: Together = async (write) => {
    if (gathering !== undefined) return await write();
    const changes: Change[] = [];
    let commitNow = (): void => {};
    const committed = new Promise<void>((resolve, reject) => {
      commitNow = () => void commitAll(changes).then(resolve, reject);
    });
    gathering = (change) => {
      changes.push(change);
      return committed;
    };
    let result: ReturnType<typeof write>;
    try {
      result = write();
    } finally {
      gathering = undefined;
      if (changes.length > 0) commitNow();
    }
    return await result;
  };
  return { commit: (change) => gathering?.(change) ?? commitAll([change]), together };
};
