import { UserError } from '../../base/errors.ts';
import { findLocalSessions, type LocalSession } from '../control/local-sessions.ts';
import type { Environment } from '../folders.ts';
import { namedRun, runVariable } from '../pipeline/run-name.ts';
import { closest } from '../wording/closest.ts';

/** Intercepts of one process of this machine that a command is about. */
export type LocalTarget = {
  readonly name: string;
  readonly socket: string;
  readonly manager: string;
  readonly run: string | null;
  /** At least one. */
  readonly intercepts: readonly LocalSession[];
};

/**
 * The intercepts called like that, which one process serves; without a name, the only one there is. Where
 * `BYWAY_RUN` names a run, that run's are meant if it has any. Undefined when there is none; throws a usage error when several are called so.
 */
export const findTarget = async (
  environment: Environment,
  name: string | undefined,
): Promise<LocalTarget | undefined> => {
  const { running } = await findLocalSessions(environment);
  const called = running.filter((session) => name === undefined || isCalled(session, name));
  const run = namedRun(environment);
  const ofRun = run === undefined ? [] : called.filter(({ file }) => file.run === run);
  const found = ofRun.length > 0 ? ofRun : called;
  const [first] = found;
  if (first === undefined) return undefined;
  const names = new Set(found.map(({ file }) => file.name));
  if (names.size > 1) throw severalNames([...names]);
  const { file } = first;
  if (found.some((other) => other.file.socket !== file.socket)) throw severalProcesses(found);
  if (file.socket === null) {
    throw new UserError(`The session of ${file.name} can't be asked: it has no control socket.`);
  }
  const { socket, manager } = file;
  return { name: file.name, socket, manager, run: file.run, intercepts: found };
};

/** Says that there is no such intercept on this machine. */
export const noTarget = async (
  environment: Environment,
  name: string | undefined,
  command: string,
): Promise<UserError> => {
  if (name === undefined) {
    return new UserError('No intercept runs on this machine.', {
      kind: 'not_found',
      hint: 'byway intercept NAME --port 3000 --ci --detach',
    });
  }
  const { running } = await findLocalSessions(environment);
  const [near] = closest(
    name,
    running.map(({ file }) => file.name),
  );
  return new UserError(`No intercept called "${name}" runs on this machine.`, {
    kind: 'not_found',
    hint:
      near === undefined
        ? `byway intercept ${name} --port 3000 --ci --detach`
        : `Did you mean ${near}?   byway ${command} ${near}`,
  });
};

const isCalled = ({ file }: LocalSession, name: string): boolean =>
  name === file.name || name === file.id || name.split('/').at(-1) === file.name;

const severalNames = (names: readonly string[]): UserError =>
  new UserError(`Which one: ${names.join(', ')}? They all run on this machine.`, { kind: 'usage' });

const severalProcesses = (found: readonly LocalSession[]): UserError =>
  new UserError(`Several processes of this machine intercept ${found[0]?.file.name}.`, {
    kind: 'usage',
    hint: `Name one by its id (${found.map(({ file }) => file.id).join(', ')}), or its run in ${runVariable}.`,
  });
