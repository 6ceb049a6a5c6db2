import { Command } from 'commander';
import { programVersion } from '../base/version.ts';
import { withExamples } from './commands/options.ts';
import { type CommandParts, commandTable } from './commands/table.ts';
import type { Context } from './context.ts';
import type { IoFlags } from './io.ts';

/**
 * The commands: in full the one that the command line names, or all of them when `whole`; the others by
 * name and description only, which is all that help and suggestions need.
 */
export const createProgram = async (
  parts: CommandParts,
  { whole = false }: { readonly whole?: boolean } = {},
): Promise<Command> => {
  const { context, argv } = parts;
  const program = new Command('byway')
    .description('Requests that carry your key are answered by the process on your laptop.')
    .version(programVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .enablePositionalOptions()
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .showSuggestionAfterError(true);
  const programOf = (other: readonly string[]): Promise<Command> =>
    createProgram({ ...parts, argv: other });
  const loadParts = { ...parts, programOf };
  const named = argv.find((word) => !word.startsWith('-') && word !== 'help');
  for (const { name, description, hidden = false, load } of commandTable) {
    const command = whole || name === named ? await load(loadParts) : new Command(name);
    program.addCommand(command.description(description), { hidden });
  }
  withExamples(
    program,
    'byway playground                        see it work on this machine',
    'byway intercept checkout --port 3000    answer your own requests to checkout',
    'byway curl https://shop.example.com/    a request with your key',
    'byway leave checkout',
  );
  program.hook('preAction', (_program, command) =>
    context.prepare(command.opts<IoFlags & { readonly ca?: string }>()),
  );
  return withOwnOutput(program, context);
};

// Usage errors are told in one place with everything else that can go wrong.
const withOwnOutput = (command: Command, context: Context): Command => {
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => context.io.streams.stdout.write(text),
    writeErr: (text) => context.io.streams.stderr.write(text),
    outputError: () => {},
  });
  for (const sub of command.commands) withOwnOutput(sub, context);
  return command;
};
