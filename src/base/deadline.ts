import { UserError } from './errors.ts';

/**
 * Settles like `promise`, or rejects with `message` after `milliseconds`. The work itself is not
 * stopped: pass it a signal for that.
 */
export const withDeadline = async <T>(
  promise: Promise<T>,
  milliseconds: number,
  message: string,
): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new UserError(message, { kind: 'not_ready' })), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};
