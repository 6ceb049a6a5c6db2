import { pino } from 'pino';
import { messageOf, UserError } from '../base/errors.ts';
import { exitCodes } from '../base/exit-codes.ts';
import { LogWriter } from '../base/log-writer.ts';
import { programVersion } from '../base/version.ts';
import { usualDataFolder } from './data/folder.ts';
import { ownerName } from './identity/owner-name.ts';
import { readPolicy } from './identity/policy.ts';
import { readOptions, type StartCommand, usage } from './options.ts';
import { type RunningManager, startManager } from './start.ts';

/** The program `byway-manager`; `argv` without node and script. Sets the exit code, never throws. */
export const main = async (argv: readonly string[]): Promise<void> => {
  try {
    const command = readOptions(argv);
    if (command.do === 'help') process.stdout.write(usage);
    if (command.do === 'version') process.stdout.write(`${programVersion()}\n`);
    if (command.do === 'start') await run(command);
  } catch (error) {
    process.exitCode = complain(error);
  }
};

const run = async (command: StartCommand): Promise<void> => {
  const { listen, data, tls, metrics } = command;
  const policy = command.policy === undefined ? undefined : await readPolicy(command.policy);
  const log = pino({ base: null }, new LogWriter(process.stderr.fd));
  const folder = data ?? usualDataFolder({ platform: process.platform, environment: process.env });
  const running = await startManager({
    listen,
    data: folder,
    ownerName: ownerName(),
    policy,
    log,
    tls,
    metrics,
  });
  stopOnSignal(running, (error) => log.error({ error: messageOf(error) }, 'stop failed'));
  log.info({ url: running.url, data: folder, version: programVersion() }, 'ready');
  process.stdout.write(`${JSON.stringify(readyLine(running))}\n`);
};

const readyLine = ({ url, metrics }: RunningManager): object => ({
  event: 'ready',
  url,
  ...(metrics === undefined ? {} : { metrics }),
});

/** The first signal stops in good order, a second one at once. */
const stopOnSignal = ({ stop }: RunningManager, onFailure: (error: unknown) => void): void => {
  let stopping = false;
  const onSignal = (): void => {
    if (stopping) process.exit(exitCodes.interrupted);
    stopping = true;
    stop()
      .catch(onFailure)
      .finally(() => process.exit());
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
};

/** Says what went wrong and returns the exit code. */
const complain = (error: unknown): number => {
  if (!(error instanceof UserError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`${text}\n`);
    return exitCodes.error;
  }
  const hint = error.hint === undefined ? '' : `  ${error.hint}\n`;
  process.stderr.write(`✗ ${error.message}\n${hint}`);
  return exitCodes[error.kind];
};
