import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { assertCommand } from './commands/assert.ts';
import { curlCommand } from './commands/curl.ts';
import { diffCommand } from './commands/diff.ts';
import { downCommand } from './commands/down.ts';
import { explainCommand } from './commands/explain.ts';
import { exportCommand } from './commands/export.ts';
import { extendCommand } from './commands/extend.ts';
import { inspectCommand } from './commands/inspect.ts';
import { interceptCommand } from './commands/intercept.ts';
import { leaveCommand } from './commands/leave.ts';
import { listCommand } from './commands/list.ts';
import { loginCommand } from './commands/login.ts';
import { logoutCommand } from './commands/logout.ts';
import { withExamples } from './commands/options.ts';
import { pauseCommand, resumeCommand } from './commands/pause.ts';
import { playgroundCommand } from './commands/playground.ts';
import { replayCommand } from './commands/replay.ts';
import { sessionCommand } from './commands/session.ts';
import { statusCommand } from './commands/status.ts';
import { tokenCommand } from './commands/token.ts';
import { upCommand } from './commands/up.ts';
import { waitCommand } from './commands/wait.ts';
import { whoamiCommand } from './commands/whoami.ts';
import type { Context } from './context.ts';
import type { IoFlags } from './io.ts';

/** All commands. A command whose exit code is not simply 0 calls `exit` with it. */
export const createProgram = (
  context: Context,
  argv: readonly string[],
  exit: (code: number) => void,
): Command => {
  const program = new Command('byway')
    .description('Requests that carry your key are answered by the process on your laptop.')
    .version(readVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .enablePositionalOptions()
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .showSuggestionAfterError(true)
    .addCommand(loginCommand(context))
    .addCommand(logoutCommand(context))
    .addCommand(whoamiCommand(context))
    .addCommand(interceptCommand(context, argv, exit))
    .addCommand(leaveCommand(context))
    .addCommand(upCommand(context, exit))
    .addCommand(downCommand(context))
    .addCommand(pauseCommand(context))
    .addCommand(resumeCommand(context))
    .addCommand(extendCommand(context))
    .addCommand(listCommand(context))
    .addCommand(statusCommand(context, exit))
    .addCommand(inspectCommand(context, exit))
    .addCommand(replayCommand(context))
    .addCommand(diffCommand(context, exit))
    .addCommand(exportCommand(context))
    .addCommand(explainCommand(context))
    .addCommand(curlCommand(context, exit))
    .addCommand(assertCommand(context))
    .addCommand(waitCommand(context))
    .addCommand(tokenCommand(context))
    .addCommand(playgroundCommand(context, exit))
    .addCommand(sessionCommand(context, exit), { hidden: true });
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

const readVersion = (): string => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { readonly version: string };
  return version;
};
