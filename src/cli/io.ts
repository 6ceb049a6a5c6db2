import type { Environment } from './folders.ts';
import { loadPaint, type Paint, plainPaint } from './paint.ts';
import { createProgress, type Progress } from './progress.ts';

type Output = {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly write: (text: string) => unknown;
};

/** What a program is connected to; tests pass buffers. */
export type Streams = {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
};

/** Flags that every command knows. */
export type IoFlags = {
  readonly color?: boolean;
  readonly quiet?: boolean;
  readonly input?: boolean;
};

/** Input and output of a command: programs read `print`, people read the rest. */
export type Io = {
  readonly streams: Streams;
  /** Whether a person sits at both ends and may be asked. */
  readonly interactive: () => boolean;
  readonly quiet: () => boolean;
  /** Columns of the terminal that people read, or undefined when it is none. */
  readonly columns: () => number | undefined;
  /** Data, to stdout. */
  readonly print: (text: string) => void;
  /** One line of JSON, to stdout. */
  readonly printJson: (value: unknown) => void;
  /** What programs have got as JSON so far: nothing, events, or the answer of the command. */
  readonly answer: () => 'none' | 'lines' | 'document';
  /** A message for people, to stderr; `--quiet` silences it. */
  readonly say: (text: string) => void;
  /** A message for people that `--quiet` does not silence. */
  readonly warn: (text: string) => void;
  /** Gives messages for people to whoever draws on their terminal, until it is called with nothing. */
  readonly divert: (take: ((text: string) => void) | undefined) => void;
  /** Says in a terminal what is waited for; `--quiet` silences it. */
  readonly progress: Progress;
  /** Colours for stderr, and for stdout. */
  readonly paint: () => Paint;
  readonly paintData: () => Paint;
  /** Takes the flags in; call it before a command acts. */
  readonly prepare: (flags: IoFlags) => Promise<void>;
};

export const createIo = (streams: Streams, environment: Environment): Io => {
  let flags: IoFlags = {};
  let paint = plainPaint;
  let paintData = plainPaint;
  let answer: ReturnType<Io['answer']> = 'none';
  let taker: ((text: string) => void) | undefined;
  const progress = createProgress(
    streams.stderr,
    () =>
      streams.stderr.isTTY === true &&
      environment['TERM'] !== 'dumb' &&
      flags.quiet !== true &&
      taker === undefined,
  );
  const warn = (text: string): void => {
    progress.clear();
    if (taker === undefined) streams.stderr.write(`${text}\n`);
    else taker(text);
  };
  const print = (text: string): void => {
    progress.clear();
    streams.stdout.write(`${text}\n`);
  };
  return {
    streams,
    interactive: () =>
      flags.input !== false && streams.stdin.isTTY === true && streams.stderr.isTTY === true,
    quiet: () => flags.quiet === true,
    columns: () => (streams.stderr.isTTY === true ? (streams.stderr.columns ?? 80) : undefined),
    print,
    printJson: (value) => {
      answer = isEvent(value) ? 'lines' : 'document';
      print(JSON.stringify(value));
    },
    answer: () => answer,
    say: (text) => {
      if (flags.quiet !== true) warn(text);
    },
    warn,
    progress,
    divert: (take) => {
      progress.clear();
      taker = take;
    },
    paint: () => paint,
    paintData: () => paintData,
    prepare: async (given) => {
      flags = given;
      const wanted = (output: Output): boolean =>
        given.color !== false && showsColour(output.isTTY === true, environment);
      paint = wanted(streams.stderr) ? await loadPaint() : plainPaint;
      paintData = wanted(streams.stdout) ? await loadPaint() : plainPaint;
    },
  };
};

const isEvent = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'event' in value;

/** `NO_COLOR` wins over `FORCE_COLOR`, and both over what the terminal can do. */
export const showsColour = (isTerminal: boolean, environment: Environment): boolean => {
  if ((environment['NO_COLOR'] ?? '') !== '') return false;
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTerminal && environment['TERM'] !== 'dumb';
};
