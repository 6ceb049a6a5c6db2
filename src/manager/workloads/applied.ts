import type { Workloads } from './workloads.ts';

export type Applied = {
  readonly path: string;
  readonly version: number;
  /** The longest wait. */
  readonly milliseconds: number;
};

/** Resolves with true when every connected agent has applied that version, or false when late. */
export const whenApplied = (
  workloads: Workloads,
  { path, version, milliseconds }: Applied,
): Promise<boolean> =>
  new Promise((resolve) => {
    const isApplied = (): boolean =>
      workloads.agentsOf(path).every(({ applied }) => applied >= version);
    const finish = (result: boolean): void => {
      clearTimeout(timer);
      unwatch();
      resolve(result);
    };
    const timer = setTimeout(() => finish(false), milliseconds);
    const unwatch = workloads.watch((changed) => {
      if (changed === path && isApplied()) finish(true);
    });
    if (isApplied()) finish(true);
  });
