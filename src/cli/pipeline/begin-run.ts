import { appendFile } from 'node:fs/promises';
import { messageOf } from '../../base/errors.ts';
import type { Context } from '../context.ts';
import type { IoFlags } from '../io.ts';
import { isGithub } from './annotations.ts';
import { runOf, runVariable } from './run-name.ts';

/**
 * The run that an intercept of a pipeline is for. Nothing is ever asked from here on, and later steps of
 * a job of GitHub Actions belong to the same run. Throws a usage error.
 */
export const beginRun = async (
  { io, environment }: Pick<Context, 'io' | 'environment'>,
  flags: IoFlags,
): Promise<string> => {
  await io.prepare({ ...flags, input: false });
  const run = runOf(environment);
  const file = environment['GITHUB_ENV'] ?? '';
  if (isGithub(environment) && file !== '' && environment[runVariable] !== run) {
    // No secret: the key itself is given only to who has the token.
    await appendFile(file, `${runVariable}=${run}\n`).catch((error: unknown) =>
      io.warn(`Later steps must be told of the run themselves: ${messageOf(error)}`),
    );
  }
  return run;
};
