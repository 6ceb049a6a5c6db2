import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until } from '../../support/until.ts';

/** One of the package's programs, as it is started by a shell. */
export type Running = {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Its exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Waits for a text on either of its outputs. */
  readonly says: (text: string | RegExp) => Promise<void>;
};

export type StartOptions = {
  readonly environment: NodeJS.ProcessEnv;
  readonly input?: string;
  /** Where it is started; here without one. */
  readonly folder?: string;
  /** Arguments of Node itself. */
  readonly node?: readonly string[];
};

const running = new Set<ChildProcess>();

export const programPath = (name: string): string =>
  fileURLToPath(new URL(`../../../bin/${name}.js`, import.meta.url));

export const start = (program: string, args: readonly string[], options: StartOptions): Running =>
  startProgram(process.execPath, [...(options.node ?? []), programPath(program), ...args], options);

const startProgram = (program: string, args: readonly string[], options: StartOptions): Running => {
  const { environment, input, folder } = options;
  const child = spawn(program, args, {
    env: environment,
    cwd: folder,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  running.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve(code ?? signal ?? 'SIGKILL');
    });
  });
  const contains = (text: string | RegExp): boolean =>
    typeof text === 'string'
      ? stdout.includes(text) || stderr.includes(text)
      : text.test(stdout) || text.test(stderr);
  return {
    child,
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    says: async (text) => {
      await until(() => contains(text) || child.exitCode !== null, `${text}`, 20_000);
      if (!contains(text)) throw new Error(`ended without ${text}: ${stdout}${stderr}`);
    },
  };
};

/** Ends what is still running, once a test is over. */
export const endAll = async (): Promise<void> => {
  const children = [...running];
  for (const child of children) child.kill('SIGKILL');
  await until(() => running.size === 0, 'the end of all processes');
};

export type Ended = {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
};

/** Runs one of the package's programs to its end. */
export const run = async (
  program: string,
  args: readonly string[],
  options: StartOptions,
): Promise<Ended> => await endOf(start(program, args, options));

/** The same for any other program. */
export const runProgram = async (
  program: string,
  args: readonly string[],
  options: StartOptions,
): Promise<Ended> => await endOf(startProgram(program, args, options));

const endOf = async ({ ended, stdout, stderr }: Running): Promise<Ended> => ({
  code: await ended,
  stdout: stdout(),
  stderr: stderr(),
});
