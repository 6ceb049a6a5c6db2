import { UserError } from '../base/errors.ts';
import { endInWords } from './child.ts';
import type { Loss } from './children.ts';

/** Processes that ended although the shop needs them. */
export type Losses = {
  readonly onLoss: (loss: Loss) => void;
  /** Rejects with a `UserError` at the first loss; never resolves. */
  readonly first: Promise<never>;
  /** From now on each loss is told here, those before as well. */
  readonly tell: (listener: (loss: Loss) => void) => void;
};

export const watchLosses = (): Losses => {
  const { promise, reject } = rejectable();
  // Nobody may be waiting when it happens.
  promise.catch(() => {});
  const untold: Loss[] = [];
  let listener = (loss: Loss): void => void untold.push(loss);
  return {
    onLoss: (loss) => {
      reject(new UserError(endInWords(loss.name, loss.end)));
      listener(loss);
    },
    first: promise,
    tell: (next) => {
      listener = next;
      for (const loss of untold) next(loss);
    },
  };
};

const rejectable = (): {
  readonly promise: Promise<never>;
  readonly reject: (error: Error) => void;
} => {
  let reject = (_error: Error): void => {};
  const promise = new Promise<never>((_, refuse) => {
    reject = refuse;
  });
  return { promise, reject };
};
