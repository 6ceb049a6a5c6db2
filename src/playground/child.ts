import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { withDeadline } from '../base/deadline.ts';
import { UserError } from '../base/errors.ts';
import type { ProgramName } from './programs.ts';

/** Milliseconds until a program must be ready. */
const readyMilliseconds = 15_000;
/** What is kept of stdout and of stderr: the last lines, and characters of each. */
const linesMax = 5;
const lineCharactersMax = 4000;
/** Characters of a line that people are shown. */
const shownCharactersMax = 300;

export type ChildPlan = {
  /** For people, for example `the agent of cart`. */
  readonly name: string;
  readonly program: ProgramName;
  readonly argv?: readonly string[];
  /** Added to our own environment. */
  readonly environment?: Readonly<Record<string, string>>;
};

export type ChildEnd = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Its last lines on stdout and on stderr. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
};

/** A process that ends with us, whatever ends us. */
export type Child = {
  readonly name: string;
  readonly pid: number | undefined;
  readonly ended: Promise<ChildEnd>;
  /** Its line `{"event":"ready",...}`. Rejects with a `UserError` when it ends or takes too long. */
  readonly ready: () => Promise<Readonly<Record<string, unknown>>>;
  /** Ends it at once. */
  readonly kill: () => void;
};

// The same from the sources and from the build.
const launcher = fileURLToPath(new URL('../../dist/playground/launch.js', import.meta.url));

export const startChild = ({ name, program, argv = [], environment }: ChildPlan): Child => {
  const child = spawn(process.execPath, [launcher, program, ...argv], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Ctrl-C in the terminal is for the playground, which ends its children in order.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const stdout = linesOf(child.stdout);
  const stderr = linesOf(child.stderr);
  const ended = endOf(child).then((end) => ({ ...end, stdout: stdout.last, stderr: stderr.last }));
  const ready = async (): Promise<Readonly<Record<string, unknown>>> => {
    const line = await stdout.first;
    if (line === undefined) throw new UserError(endInWords(name, await ended));
    return readyLine(name, line);
  };
  return {
    name,
    pid: child.pid,
    ended,
    ready: () => withDeadline(ready(), readyMilliseconds, `${name} was not ready within 15 s.`),
    kill: () => void child.kill('SIGKILL'),
  };
};

/** On an end that nobody asked for: how it ended and what it said last. */
export const endInWords = (name: string, { code, signal, stderr }: ChildEnd): string => {
  const how = signal === null ? `with code ${code}` : `by ${signal}`;
  const lines = stderr.map((line) => `\n    ${line.slice(0, shownCharactersMax)}`);
  return `${name} ended ${how}.${lines.length === 0 ? '' : ` It said last:${lines.join('')}`}`;
};

const readyLine = (name: string, line: string): Readonly<Record<string, unknown>> => {
  try {
    const { event, ...rest } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    if (event === 'ready') return rest;
  } catch (error) {
    throw new UserError(`${name} did not say that it is ready: ${line}`, { cause: error });
  }
  throw new UserError(`${name} did not say that it is ready: ${line}`);
};

type Lines = {
  /** Undefined when it ended without one. */
  readonly first: Promise<string | undefined>;
  readonly last: string[];
};

const linesOf = (input: Readable | null): Lines => {
  if (input === null) throw new Error('A child is started with pipes.');
  const reader = createInterface({ input });
  const last: string[] = [];
  reader.on('line', (line) => {
    last.push(line.slice(0, lineCharactersMax));
    if (last.length > linesMax) last.shift();
  });
  const first = new Promise<string | undefined>((resolve) => {
    reader.once('line', resolve);
    reader.once('close', () => resolve(undefined));
  });
  return { first, last };
};

const endOf = (child: ChildProcess): Promise<Pick<ChildEnd, 'code' | 'signal'>> =>
  new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
    // Could not be started: then no other event may come.
    child.on('error', () => {
      if (child.pid === undefined) resolve({ code: null, signal: null });
    });
  });
