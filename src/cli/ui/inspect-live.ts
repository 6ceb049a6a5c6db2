import { UserError } from '../../base/errors.ts';
import type { Context } from '../context.ts';
import { findLocalSessions } from '../control/local-sessions.ts';
import { isCalled } from '../wording/name.ts';
import { watchIntercepts } from './watch-intercepts.ts';

/**
 * Draws the intercepts that sessions of this machine serve. Returns the exit code, or undefined when
 * there is none to draw or the manager can't be asked: their requests can still be printed.
 */
export const inspectLive = async (
  context: Context,
  name: string | undefined,
): Promise<number | undefined> => {
  const { running } = await findLocalSessions(context.environment);
  if (running.length === 0) return undefined;
  try {
    const manager = await context.manager(undefined);
    const served = async () =>
      (await manager.intercepts()).filter(
        (intercept) =>
          running.some(({ file }) => file.id === intercept.id) &&
          (name === undefined || isCalled(intercept, name)),
      );
    const intercepts = await served();
    if (intercepts.length === 0) return undefined;
    return await watchIntercepts({
      context,
      manager,
      intercepts,
      localOf: ({ id }) => running.find(({ file }) => file.id === id),
      refresh: served,
    });
  } catch (error) {
    if (error instanceof UserError && error.kind === 'unreachable') return undefined;
    throw error;
  }
};
