import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { UserError } from '../../base/errors.ts';
import { newIdentifier } from '../../base/identifier.ts';
import type { Context } from '../context.ts';
import { removeDeadSockets } from '../control/dead-sockets.ts';
import type { Connection } from '../manager-client/exchange.ts';
import {
  type StartedMessage,
  type StartMessage,
  startedMessageSchema,
} from './background-message.ts';
import { type Found, findSession, handOver } from './hand-over.ts';
import { backgroundMsMax } from './limits.ts';
import type { InterceptPlan } from './plan.ts';
import { sessionsFolder } from './session-file.ts';
import { lockStarting } from './starting-lock.ts';

/** Milliseconds that the log of a session that failed is kept. */
const logKeptMs: number = 7 * 24 * 60 * 60 * 1000;
/** Logs that one start looks at. */
const logsMax = 1_000;

/** A session that runs on after the command that started it. */
export type Background = {
  readonly pid: number;
  readonly log: string;
  readonly ready: Extract<StartedMessage, { readonly type: 'ready' }>;
  /** It runs in a session that was there already. */
  readonly shared: boolean;
};

export type BackgroundOptions = {
  readonly context: Pick<Context, 'io' | 'program' | 'environment'>;
  readonly connection: Connection;
  readonly user: string;
  readonly key: string | null;
  readonly plan: InterceptPlan;
};

/**
 * Gives the plan to the session in the background that is there already, or starts one, and waits
 * until it is ready, 90 s at most. Of commands that do so at once one starts it, and the others find it.
 * Throws what it failed with; then a new session has ended, and its log stays only when that could say
 * more.
 */
export const startBackground = async (options: BackgroundOptions): Promise<Background> => {
  const { context, connection, plan } = options;
  const folder = sessionsFolder(context.environment);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (plan.command.length > 0) return await spawnBackground(options);
  const passedOver = new Set<string>();
  while (true) {
    const next = await findOrStart(options, folder, passedOver);
    if ('ready' in next) return next;
    const { socket, status } = next;
    const { token } = connection;
    const answer = await handOver(next, { plan, token }, context.io);
    const log = status.log ?? '';
    if (answer !== undefined) {
      return { pid: status.pid, log, ready: readyOf(answer, log), shared: true };
    }
    // Each one that is there is asked once, so that this comes to an end.
    passedOver.add(socket);
  }
};

/** The lock is held until a session that was started can be found, and not while one is asked. */
const findOrStart = async (
  options: BackgroundOptions,
  folder: string,
  passedOver: ReadonlySet<string>,
): Promise<Found | Background> => {
  const { context, connection, user } = options;
  const { io, environment } = context;
  const unlock = await lockStarting({
    folder,
    user,
    manager: connection.manager.href,
    onWait: (pid) => io.say(`Process ${pid} starts a session in the background; waiting for it.`),
  });
  try {
    const found = await findSession({ io, environment, connection, user, passedOver });
    return found ?? (await spawnBackground(options));
  } finally {
    await unlock();
  }
};

const spawnBackground = async ({
  context: { program, environment },
  connection: { manager, token },
  user,
  key,
  plan,
}: BackgroundOptions): Promise<Background> => {
  const folder = sessionsFolder(environment);
  await removeOldLogs(folder);
  await removeDeadSockets(folder);
  const log = join(folder, `${newIdentifier('se')}.log`);
  const file = await open(log, 'ax', 0o600);
  try {
    const child = spawn(process.execPath, [program, 'session'], {
      detached: true,
      windowsHide: true,
      env: environment,
      stdio: ['ignore', file.fd, file.fd, 'ipc'],
    });
    const { href } = manager;
    const start: StartMessage = { type: 'start', manager: href, token, user, key, plan, log };
    const answer = await firstAnswer(child, start, log);
    if (answer.type === 'failed') await rm(log, { force: true });
    return { pid: child.pid ?? 0, log, ready: readyOf(answer, log), shared: false };
  } finally {
    await file.close();
  }
};

const readyOf = (answer: StartedMessage, log: string): Background['ready'] => {
  if (answer.type === 'ready') return answer;
  if (answer.type === 'exited') throw endedEarly(answer.code, log);
  const { message, hint, kind } = answer;
  throw new UserError(message, { hint, kind });
};

// Logs of sessions that failed stay for a while; those of the others are gone with them.
const removeOldLogs = async (folder: string): Promise<void> => {
  const names = (await readdir(folder)).filter((name) => /^se_[0-9a-z]+\.log(\.1)?$/.test(name));
  for (const name of names.slice(0, logsMax)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > logKeptMs) await rm(path, { force: true });
  }
};

const firstAnswer = async (
  child: ChildProcess,
  start: StartMessage,
  log: string,
): Promise<StartedMessage> => {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<StartedMessage>((resolve, reject) => {
      timer = setTimeout(() => {
        child.kill('SIGTERM');
        reject(tooLate(log));
      }, backgroundMsMax);
      child.once('error', reject);
      // Not `exit`: its last message may come after that.
      child.once('close', (code) => resolve({ type: 'exited', code: code ?? 1 }));
      child.once('message', (message) => resolve(v.parse(startedMessageSchema, message)));
      child.send(start);
    });
  } finally {
    clearTimeout(timer);
    if (child.connected) child.disconnect();
    child.unref();
  }
};

const tooLate = (log: string): UserError =>
  new UserError(`The session was not ready within ${backgroundMsMax / 1000} s and was ended.`, {
    kind: 'not_ready',
    hint: `What it said   ${log}`,
  });

const endedEarly = (code: number, log: string): UserError =>
  new UserError(`The session in the background ended with code ${code}. Nothing was changed.`, {
    hint: `What it said   ${log}`,
  });
