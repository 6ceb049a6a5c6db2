import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { UserError } from '../../base/errors.ts';
import { base32 } from '../../base/identifier.ts';
import { runSchema } from '../../protocol/run.ts';
import type { Environment } from '../folders.ts';

/** Names a run for all commands of one job. */
export const runVariable = 'BYWAY_RUN';

/** What pipelines call the job that runs, by a variable that only they set. */
const jobs: readonly (readonly [label: string, ...variables: readonly string[]])[] = [
  ['github', 'GITHUB_RUN_ID', 'GITHUB_RUN_ATTEMPT'],
  ['gitlab', 'CI_JOB_ID'],
  ['buildkite', 'BUILDKITE_BUILD_NUMBER'],
  ['circleci', 'CIRCLE_BUILD_NUM'],
  ['azure', 'BUILD_BUILDID'],
  ['jenkins', 'BUILD_NUMBER'],
];

const labelCharactersMax = 60;

/**
 * The run that this command belongs to: the one that `BYWAY_RUN` names, or a new one, which tells its
 * pipeline's job and has 80 random bits, because jobs of a matrix share all that a pipeline tells of
 * them. Throws a usage error.
 */
export const runOf = (environment: Environment): string =>
  namedRun(environment) ?? newRun(environment);

/** The run that `BYWAY_RUN` names, or undefined. Throws a usage error. */
export const namedRun = (environment: Environment): string | undefined => {
  const text = environment[runVariable];
  if (text === undefined || text === '') return undefined;
  if (v.is(runSchema, text)) return text;
  throw new UserError(
    `${runVariable} names a run: at most 100 letters, digits, dots, dashes and underscores. Nothing was changed.`,
    { kind: 'usage', hint: `Leave it out, and byway finds a name   unset ${runVariable}` },
  );
};

const newRun = (environment: Environment): string =>
  `${labelOf(environment)}-${base32(randomBytes(10))}`;

const labelOf = (environment: Environment): string => {
  for (const [label, first = '', ...more] of jobs) {
    const values = [first, ...more].map((name) => environment[name] ?? '');
    if (values[0] === '') continue;
    const name = [label, ...values].filter((part) => part !== '').join('-');
    return name.replace(/[^A-Za-z0-9.-]/g, '-').slice(0, labelCharactersMax);
  }
  return 'ci';
};
