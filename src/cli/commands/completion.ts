import { Argument, Command } from 'commander';
import type { Context } from '../context.ts';
import { withExamples } from './options.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

export const completionCommand = (context: Context): Command =>
  withExamples(
    new Command('completion')
      .addArgument(new Argument('<shell>', 'the shell').choices(shells))
      .action(async (shell: (typeof shells)[number]) => {
        const { completionScripts } = await import('../completion/scripts.ts');
        context.io.print(completionScripts[shell].trimEnd());
      }),
    'eval "$(byway completion bash)"         in ~/.bashrc',
    'eval "$(byway completion zsh)"          in ~/.zshrc, after compinit',
    'byway completion fish | source          in ~/.config/fish/config.fish',
  );

/** Called by those scripts: `byway __complete -- WORD…`; the last word is the one at the cursor. */
export const completeCommand = (
  context: Context,
  argv: readonly string[],
  programOf: (argv: readonly string[]) => Promise<Command>,
): Command =>
  new Command('__complete')
    .argument('[words...]')
    .helpOption(false)
    .allowUnknownOption()
    .action(() => printCompletion(context, argv.slice(argv.indexOf('--') + 1), programOf));

/** Whatever goes wrong, somebody types at this moment: nothing is said, and nothing is offered. */
const printCompletion = async (
  context: Context,
  words: readonly string[],
  programOf: (argv: readonly string[]) => Promise<Command>,
): Promise<void> => {
  try {
    const { complete } = await import('../completion/complete.ts');
    const { candidates, files } = await complete(await programOf(words), words, async (kind) => {
      const { knownNames } = await import('../completion/known-names.ts');
      return await knownNames(context.environment, kind);
    });
    if (files) context.io.print(':files');
    for (const { value, description } of candidates) context.io.print(`${value}\t${description}`);
  } catch {
    // See above.
  }
};
