import { Command } from 'commander';
import type { Context } from '../context.ts';
import { leave } from './leave.ts';
import { type CommonOptions, withCommonOptions, withExamples } from './options.ts';

export const downCommand = (context: Context): Command => {
  const command = new Command('down')
    .argument('[names...]', 'only these, as byway.yaml calls them')
    .action((names: readonly string[], options: CommonOptions) => down(context, names, options));
  return withExamples(withCommonOptions(command), 'byway down', 'byway down cart');
};

/** Ends the intercepts of this machine that are of a service that the file names. */
export const down = async (
  context: Context,
  names: readonly string[],
  options: CommonOptions,
): Promise<void> => {
  const [{ openProject }, { plansOf }, { readSessionFiles }] = await Promise.all([
    import('../project/open-project.ts'),
    import('../project/plans.ts'),
    import('../session/session-file.ts'),
  ]);
  const project = await openProject();
  const plans = await plansOf(project, names);
  const { manager } = await context.endpoint(options.manager);
  const { running } = await readSessionFiles(context.environment);
  const ids = running
    .filter((file) => file.manager === manager.href)
    .filter(({ name }) => plans.some(({ plan }) => plan.name.split('/').at(-1) === name))
    .map(({ id }) => id);
  if (ids.length > 0) return await leave(context, ids, options);
  if (options.json === true) context.io.printJson({ left: [] });
  context.io.say(`Nothing of ${project.path} runs on this machine.`);
};
