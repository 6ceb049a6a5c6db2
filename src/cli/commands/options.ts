import { type Command, Option } from 'commander';

/** Flags that most commands know. */
export type CommonOptions = {
  readonly manager?: string;
  readonly ca?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly input: boolean;
  readonly color: boolean;
};

/** Adds `--json`, `--quiet`, `--no-input`, `--no-color`, and `--manager` and `--ca` where one is asked. */
export const withCommonOptions = (command: Command): Command =>
  withoutManager(command)
    .addOption(new Option('--manager <url>', 'manager to ask (or BYWAY_MANAGER)'))
    .addOption(
      new Option(
        '--ca <file>',
        "trust the authority that signed the manager's certificate (or BYWAY_CA)",
      ),
    );

export const withoutManager = (command: Command): Command =>
  command
    .option('--json', 'print JSON for programs on standard output')
    .option('-q, --quiet', 'say nothing but warnings and errors')
    .option('--no-input', 'never ask')
    .option('--no-color', 'no colours (or NO_COLOR)');

/** Examples come before everything else: most readers want no more. */
export const withExamples = (command: Command, ...lines: readonly string[]): Command =>
  command.addHelpText('before', ['Examples:', ...lines.map((line) => `  ${line}`), ''].join('\n'));
