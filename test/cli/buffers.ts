import { Readable } from 'node:stream';
import type { Context } from '../../src/cli/context.ts';
import type { Environment } from '../../src/cli/folders.ts';
import { createIo, type Io, type Streams } from '../../src/cli/io.ts';

/** Input and output in memory. */
export type Buffers = {
  readonly io: Io;
  readonly stdout: () => string;
  readonly stderr: () => string;
};

export type BufferOptions = {
  readonly input?: string;
  readonly terminal?: boolean;
  readonly environment?: Environment;
};

export const createBuffers = (options: BufferOptions = {}): Buffers => {
  const { input = '', terminal = false, environment = {} } = options;
  let stdout = '';
  let stderr = '';
  const streams: Streams = {
    stdin: Object.assign(Readable.from([Buffer.from(input)]), { isTTY: terminal }),
    stdout: {
      isTTY: terminal,
      write: (text) => {
        stdout += text;
      },
    },
    stderr: {
      isTTY: terminal,
      write: (text) => {
        stderr += text;
      },
    },
  };
  return { io: createIo(streams, environment), stdout: () => stdout, stderr: () => stderr };
};

const unexpected = (what: string) => () => {
  throw new Error(`${what} was not expected`);
};

/** A context in which every call that a test did not provide fails it. */
export const contextWith = (io: Io, given: Partial<Context> = {}): Context => ({
  io,
  environment: {},
  program: '/nowhere',
  signals: () => () => {},
  playground: unexpected('playground'),
  endpoint: unexpected('endpoint'),
  credentials: unexpected('credentials'),
  prepare: unexpected('prepare'),
  connection: unexpected('connection'),
  manager: unexpected('manager'),
  ...given,
});
