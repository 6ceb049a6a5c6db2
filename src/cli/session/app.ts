import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemCode, UserError } from '../../base/errors.ts';
import type { Environment } from '../folders.ts';
import { signalCode } from './interruption.ts';
import { appPollMs, appReadyMsMax, appStopMsMax, orphanStopMsMax } from './limits.ts';
import { isListening, type LocalPort } from './local-port.ts';
import { descendantsOf, endTree, groupOf, type ProcessTree } from './process-tree.ts';

/** The user's own program, which runs as long as the intercept. */
export type App = {
  /** Aborts when it has ended. */
  readonly ended: AbortSignal;
  /** Its exit code once it has ended: its own, or 128 and the number of its signal. */
  readonly code: () => number | undefined;
  /** Why it could not be started, or undefined. */
  readonly fault: () => string | undefined;
  /** To the program itself, which passes on what its own programs should get. */
  readonly send: (signal: NodeJS.Signals) => void;
  /** Ends it and all that it started, now. */
  readonly kill: () => void;
  /**
   * Waits for its end; kills it after 5 s. What it started and left behind is ended, too. Resolves
   * with the exit code.
   */
  readonly finish: () => Promise<number>;
};

export type AppOutput = 'inherit' | 'stderr' | ((bytes: Buffer) => void);

export type AppOptions = {
  readonly command: readonly string[];
  /** Told to it as `PORT`. */
  readonly port: number;
  readonly environment: Environment;
  /** The folder that it runs in; ours without one. */
  readonly folder?: string | undefined;
  /**
   * Where its standard output goes: ours may be for programs. With a function all that it prints goes there,
   * piece by piece, and it has no standard input.
   */
  readonly stdout: AppOutput;
  /** It reads from our terminal, and so must be in our process group. */
  readonly terminal: boolean;
};

/** Starts it. A program that can't be started ends at once with 127 or 126, as in a shell. */
export const startApp = (options: AppOptions): App => {
  const { command, port, environment, folder, stdout, terminal } = options;
  const [program = '', ...rest] = command;
  const leads = !terminal && process.platform !== 'win32';
  const child = spawn(program, rest, {
    env: { ...environment, PORT: String(port) },
    detached: leads,
    stdio: stdioFor(stdout),
    ...(folder === undefined ? {} : { cwd: folder }),
  });
  if (typeof stdout === 'function') {
    child.stdout?.on('data', stdout);
    child.stderr?.on('data', stdout);
  }
  const ended = new AbortController();
  let code: number | undefined;
  let fault: string | undefined;
  let tree: ProcessTree | undefined;
  const end = (value: number): void => {
    code ??= value;
    ended.abort();
  };
  child.once('error', (error) => {
    if (child.pid !== undefined) return; // A signal that came too late for it.
    const absent = systemCode(error) === 'ENOENT';
    fault = absent ? `There is no program called ${program}` : error.message;
    end(absent ? 127 : 126);
  });
  child.once('exit', (exitCode, signal) =>
    end(signal === null ? (exitCode ?? 1) : signalCode(signal)),
  );
  return {
    ended: ended.signal,
    code: () => code,
    fault: () => fault,
    send: (signal) => {
      // Once it is gone, nobody knows which processes were its own.
      tree = treeOf(child, leads);
      child.kill(signal);
    },
    kill: () => treeOf(child, leads).send('SIGKILL'),
    finish: async () => {
      tree ??= treeOf(child, leads);
      await endWithin(tree, ended.signal, appStopMsMax);
      await endTree(tree, orphanStopMsMax);
      return code ?? 1;
    },
  };
};

const stdioFor = (stdout: AppOutput): StdioOptions => {
  if (typeof stdout === 'function') return ['ignore', 'pipe', 'pipe'];
  return ['inherit', stdout === 'inherit' ? 'inherit' : process.stderr.fd, 'inherit'];
};

/** As it is now. One that could not be started has none; on Windows there is only the program itself. */
const treeOf = (child: ChildProcess, leads: boolean): ProcessTree => {
  const { pid } = child;
  if (pid !== undefined && leads) return groupOf(pid);
  if (pid !== undefined && process.platform !== 'win32') return descendantsOf(pid);
  return { send: (signal) => void child.kill(signal), isEmpty: () => true };
};

const endWithin = async (
  tree: ProcessTree,
  ended: AbortSignal,
  milliseconds: number,
): Promise<void> => {
  if (ended.aborted) return;
  const kill = setTimeout(() => tree.send('SIGKILL'), milliseconds);
  await new Promise<void>((resolve) => ended.addEventListener('abort', () => resolve()));
  clearTimeout(kill);
};

/** Waits until the port accepts connections. False when the signal came first. */
export const waitForPort = async (port: LocalPort, signal: AbortSignal): Promise<boolean> => {
  const until = performance.now() + appReadyMsMax;
  while (!signal.aborted) {
    if (await isListening(port)) return true;
    if (performance.now() > until) {
      throw new UserError(
        `Nothing answered on localhost:${port.port} within ${appReadyMsMax / 1000} s. Nothing was changed.`,
        {
          kind: 'not_ready',
          hint: 'Does your program listen on the port that PORT names?',
        },
      );
    }
    // Rejects only when aborted, which the loop looks at itself.
    await sleep(appPollMs, undefined, { signal }).catch(() => {});
  }
  return false;
};
