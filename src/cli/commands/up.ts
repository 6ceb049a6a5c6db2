import { Command } from 'commander';
import { exitCodes } from '../../base/exit-codes.ts';
import type { Context } from '../context.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import type { NamedPlan } from '../project/plans.ts';
import type { NamedReporter } from '../project/reporters.ts';
import { type CommonOptions, withCommonOptions, withExamples } from './options.ts';

export type UpOptions = CommonOptions & { readonly detach?: boolean; readonly ci?: boolean };

export const upCommand = (context: Context, exit: (code: number) => void): Command => {
  const command = new Command('up')
    .argument('[names...]', 'only these, as the file calls them')
    .option('--detach', 'go on in the background once they are ready')
    .option('--ci', 'for a pipeline: one key for this run, no questions, a line for each event')
    .action(async (names: readonly string[], options: UpOptions) =>
      exit(await up(context, names, options)),
    );
  return withExamples(
    withCommonOptions(command),
    'byway up',
    'byway up pricing cart',
    'byway up --detach',
  );
};

/** Returns the exit code, as `runAll`. */
export const up = async (
  context: Context,
  names: readonly string[],
  options: UpOptions,
): Promise<number> => {
  if (options.ci !== true) return await start(context, names, options);
  const { annotated } = await import('../pipeline/annotations.ts');
  return await annotated(context, 'byway up', () => start(context, names, options));
};

const start = async (
  context: Context,
  names: readonly string[],
  options: UpOptions,
): Promise<number> => {
  const [{ assertNamespace, commandsInWords, openProject }, { plansOf }] = await Promise.all([
    import('../project/open-project.ts'),
    import('../project/plans.ts'),
  ]);
  const { io, environment } = context;
  const project = await openProject();
  const wanted = await plansOf(project, names);
  const commands = commandsInWords(wanted);
  if (commands.length > 0) io.warn([`${project.path} starts:`, ...commands].join('\n'));
  const manager = await context.manager(options.manager);
  await assertNamespace(project, environment, manager);
  const run = options.ci === true ? await begin(context, options) : undefined;
  const { readRedaction } = await import('../arguments/redaction.ts');
  const redact = await readRedaction(environment, {});
  const plans = wanted.map(({ label, plan }) => ({ label, plan: { ...plan, run, redact } }));
  const { user, key } = await manager.me(run);
  const json = options.json === true;
  const { namedReporter } = await import('../project/reporters.ts');
  const report = namedReporter(environment, { ci: options.ci === true, json });
  if (options.detach === true) {
    const tellAs = namedReporter(environment, { ci: options.ci === true, json: false });
    await detachAll({ context, manager, user, key, plans, json, report: tellAs });
    return exitCodes.ok;
  }
  const { runAll } = await import('../project/run-all.ts');
  return await runAll({ context, manager, plans, user, key, json, report });
};

const begin = async (context: Context, options: UpOptions): Promise<string> => {
  const { beginRun } = await import('../pipeline/begin-run.ts');
  return await beginRun(context, options);
};

type DetachAll = {
  readonly context: Context;
  readonly manager: ManagerClient;
  readonly user: string;
  readonly key: string | null;
  readonly plans: readonly NamedPlan[];
  readonly json: boolean;
  readonly report: NamedReporter;
};

/** One after the other: the first begins a session, which takes in the others. */
const detachAll = async (options: DetachAll): Promise<void> => {
  const { context, manager, user, key, plans, json, report } = options;
  const { detach } = await import('../session/detach.ts');
  const started: string[] = [];
  try {
    for (const { label, plan } of plans) {
      started.push(
        await detach({
          context,
          connection: manager.connection,
          user,
          key,
          plan,
          subjectOf: (port) => ({ name: plan.name, port, match: plan.match, key }),
          json,
          tellAs: (subject) => report(context.io, label, subject),
        }),
      );
    }
  } catch (error) {
    for (const id of started) await manager.remove(id).catch(() => {});
    if (started.length > 0)
      context.io.warn('Those that were ready are ended: half a project is none.');
    throw error;
  }
};
