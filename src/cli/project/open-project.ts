import { UserError } from '../../base/errors.ts';
import type { Environment } from '../folders.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import { plain } from '../wording/plain.ts';
import { projectFileName } from './find-file.ts';
import type { NamedPlan } from './plans.ts';
import { findProject, type Project } from './project.ts';

/** The project of the folder that byway was started in. Throws a `UserError` of kind `not_found`. */
export const openProject = async (folder: string = process.cwd()): Promise<Project> => {
  const project = await findProject(folder);
  if (project !== undefined) return project;
  throw new UserError(`There is no ${projectFileName} here, up to the root of the repository.`, {
    kind: 'not_found',
    hint: `Write one   docs/projects.md\nOr without   byway intercept NAME --port 3000`,
  });
};

/** What the file would start on this machine, one line for each command. */
export const commandsInWords = (plans: readonly NamedPlan[]): readonly string[] =>
  plans
    .filter(({ plan }) => plan.command.length > 0)
    .map(({ label, plan }) => `  ${label}: ${plan.command.map(word).join(' ')}`);

const word = (text: string): string =>
  /^[A-Za-z0-9@%+=:,./_-]+$/.test(text) ? text : `'${plain(text).replaceAll("'", "'\\''")}'`;

/**
 * Refuses a namespace, of `BYWAY_NAMESPACE` or the file, in which the manager knows no service. Without one it
 * is the manager's to choose. Throws a `UserError` of kind `not_found`.
 */
export const assertNamespace = async (
  { content }: Project,
  environment: Environment,
  manager: Pick<ManagerClient, 'workloads' | 'connection'>,
): Promise<void> => {
  const variable = environment['BYWAY_NAMESPACE'] ?? '';
  const namespace = variable === '' ? content.namespace : variable;
  if (namespace === undefined) return;
  const known = new Set((await manager.workloads()).map(({ workload }) => workload.namespace));
  if (known.has(namespace)) return;
  const { origin } = manager.connection.manager;
  throw new UserError(
    `${origin} knows no service in the namespace ${namespace}. Nothing was changed.`,
    {
      kind: 'not_found',
      hint: known.size === 0 ? 'Is byway-agent running?' : `There is ${[...known].join(', ')}.`,
    },
  );
};
