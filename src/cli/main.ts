import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, CommanderError } from 'commander';
import { messageOf, systemCode, UserError } from '../base/errors.ts';
import { exitCodes } from '../base/exit-codes.ts';
import { type Context, createContext, type Outside, type Signals } from './context.ts';
import { reportFailure } from './failure.ts';
import { createIo } from './io.ts';
import { createProgram } from './program.ts';

/** Milliseconds that a reader has to take the rest of our output. */
const flushMsMax = 2_000;

/** Runs a command line and ends the process with its exit code. */
export const main = async (argv: readonly string[], outside: Outside): Promise<void> => {
  const { stdin, stdout, stderr } = process;
  let unwritten: unknown;
  stdout.on('error', (error) => {
    // Whoever read our output has gone, as in `byway list | head -1`: the rest has no reader.
    if (systemCode(error) !== 'EPIPE') unwritten ??= error;
  });
  stderr.on('error', () => {});
  const io = createIo({ stdin, stdout, stderr }, process.env);
  const context = createContext(io, process.env, processSignals, outside);
  let code = await run(argv, context);
  await Promise.race([Promise.all([flushed(stdout), flushed(stderr)]), sleep(flushMsMax)]);
  if (unwritten !== undefined) {
    io.warn(`✗ The output could not be written: ${messageOf(unwritten)}.`);
    code ||= exitCodes.error;
  }
  // A keychain that never answers would otherwise keep the process for ever.
  process.exit(code);
};

const flushed = (stream: NodeJS.WriteStream): Promise<unknown> =>
  new Promise((resolve) => stream.write('', () => resolve(undefined)));

/** Runs a command line. Every failure becomes a message and a code here and nowhere else. */
export const run = async (argv: readonly string[], context: Context): Promise<number> => {
  let code = exitCodes.ok;
  const exit = (exitCode: number): void => {
    code = exitCode;
  };
  let json = false;
  try {
    const program = await createProgram({ context, argv, exit });
    json = wantsJson(program, argv);
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportFailure(context.io, error, json);
    // Help and version are already printed.
    if (error.exitCode === 0) return exitCodes.ok;
    if (error.code === 'commander.help') return exitCodes.usage;
    return reportFailure(context.io, usageError(error, argv), json);
  }
};

/** Whether a `--json` in the command line is ours: curl and programs behind `--` have their own. */
const wantsJson = (program: Command, argv: readonly string[]): boolean => {
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  if (!own.includes('--json')) return false;
  const command = own.reduce<Command>(
    (found, word) => found.commands.find((sub) => sub.name() === word) ?? found,
    program,
  );
  return command === program || command.options.some(({ long }) => long === '--json');
};

const usageError = ({ message, code }: CommanderError, argv: readonly string[]): UserError => {
  const [first = '', ...rest] = message.replace(/^error: /, '').split('\n');
  const sentence = first.charAt(0).toUpperCase() + first.slice(1);
  const guess = rest.join(' ').replace(/^\((.*)\)$/, '$1   ');
  const command = code === 'commander.unknownCommand' ? '' : `${argv[0]} `;
  return new UserError(sentence.endsWith('.') ? sentence : `${sentence}.`, {
    kind: 'usage',
    hint: `${guess}byway ${command}--help`,
  });
};

const ending: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

// Node ignores SIGPIPE and tells of it by an error; a reader that has gone ends a session, too.
const processSignals: Signals = (listener) => {
  const readerGone = (): void => listener('SIGPIPE');
  for (const signal of ending) process.on(signal, listener);
  process.stdout.on('error', readerGone);
  return () => {
    for (const signal of ending) process.off(signal, listener);
    process.stdout.off('error', readerGone);
  };
};
