import { systemCode } from '../../base/errors.ts';
import type { Environment } from '../folders.ts';
import { readSessionFiles, removeLeftover, type SessionFile } from '../session/session-file.ts';
import { askStatus } from './client.ts';
import type { ControlStatus, InterceptStatus } from './messages.ts';

/** One intercept that a process of this machine serves. */
export type LocalSession = {
  readonly file: SessionFile;
  /** What the process itself says; undefined when it does not answer. */
  readonly status: ControlStatus | undefined;
  readonly intercept: InterceptStatus | undefined;
};

export type LocalSessions = {
  readonly running: readonly LocalSession[];
  /** Their processes were killed; what they left is removed. */
  readonly crashed: readonly SessionFile[];
};

/** Asks all sessions of this machine at once how they are, for 1.5 s at most. */
export const findLocalSessions = async (environment: Environment): Promise<LocalSessions> => {
  const { running, crashed } = await readSessionFiles(environment);
  const sockets = [...new Set(running.flatMap(({ socket }) => socket ?? []))];
  const answers = new Map(
    await Promise.all(sockets.map(async (socket) => [socket, await ask(socket)] as const)),
  );
  const alive: LocalSession[] = [];
  const gone: SessionFile[] = [];
  for (const file of running) {
    const answer = file.socket === null ? undefined : answers.get(file.socket);
    if (answer !== 'refused') {
      const intercept = answer?.intercepts.find(({ id }) => id === file.id);
      alive.push({ file, status: answer, intercept });
    } else if (await removeLeftover(environment, file.id)) gone.push(file);
  }
  return { running: alive, crashed: [...crashed, ...gone] };
};

const ask = async (socket: string): Promise<ControlStatus | 'refused' | undefined> => {
  try {
    return await askStatus(socket);
  } catch (error) {
    // Nobody listens there, which a process that is only slow or stopped would.
    return ['ECONNREFUSED', 'ENOENT'].includes(systemCode(error) ?? '') ? 'refused' : undefined;
  }
};
