import { UserError } from '../../base/errors.ts';
import type { Environment } from '../folders.ts';
import { readSessionFiles } from '../session/session-file.ts';
import { namedRun, runVariable } from './run-name.ts';

/**
 * The run whose intercepts this machine serves now for a manager: the one that `BYWAY_RUN` names, or the
 * only one there is. Throws a `UserError` when there is none or one of several.
 */
export const localRun = async (environment: Environment, manager: string): Promise<string> => {
  const named = namedRun(environment);
  if (named !== undefined) return named;
  const { running } = await readSessionFiles(environment);
  const here = running.filter((file) => file.manager === manager).flatMap(({ run }) => run ?? []);
  const [only, another] = new Set(here);
  if (only !== undefined && another === undefined) return only;
  if (only === undefined) {
    throw new UserError('No intercept with --ci runs here, so there is no key to send.', {
      kind: 'not_found',
      hint: 'byway intercept NAME --port 3000 --ci --detach',
    });
  }
  throw new UserError(`Several runs intercept here (${[...new Set(here)].join(', ')}).`, {
    kind: 'usage',
    hint: `Name yours   ${runVariable}=${only} byway curl …`,
  });
};
