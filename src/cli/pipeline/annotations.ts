import { messageOf, UserError } from '../../base/errors.ts';
import type { Environment } from '../folders.ts';
import type { Io } from '../io.ts';
import { plain } from '../wording/plain.ts';

/** Whether this is a job of GitHub Actions, which reads commands for itself from our output. */
export const isGithub = (environment: Environment): boolean =>
  environment['GITHUB_ACTIONS'] === 'true';

export type Severity = 'notice' | 'warning' | 'error';

/** A line that GitHub Actions shows beside the job: `::error title=T::TEXT`. */
export const annotation = (severity: Severity, title: string, text: string): string =>
  `::${severity} title=${escapeProperty(title)}::${escapeData(text)}`;

/** Lines that GitHub Actions folds away behind a title. */
export const group = (title: string, lines: readonly string[]): readonly string[] => [
  `::group::${escapeData(title)}`,
  ...lines,
  '::endgroup::',
];

/**
 * Text from elsewhere for a line of a pipeline's log, in which it can't be read as a command:
 * GitHub's and Azure's older ones begin with `##[` and `##vso[` wherever they stand.
 */
export const harmless = (text: string): string => plain(text).replace(/#(?=#)/g, '# ');

const escapeData = (text: string): string =>
  text
    .replace(/#(?=#)/g, '# ')
    .replaceAll('%', '%25')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A');

const escapeProperty = (text: string): string =>
  escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** Runs a command; a failure is also annotated where somebody looks at annotations. */
export const annotated = async <T>(
  { io, environment }: { readonly io: Io; readonly environment: Environment },
  title: string,
  act: () => Promise<T>,
): Promise<T> => {
  try {
    return await act();
  } catch (error) {
    if (isGithub(environment)) {
      const hint = error instanceof UserError && error.hint !== undefined ? `\n${error.hint}` : '';
      io.warn(annotation('error', title, `${messageOf(error)}${hint}`));
    }
    throw error;
  }
};
