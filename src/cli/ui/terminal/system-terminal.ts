import { write, writeSync } from 'node:fs';
import type { ReadStream, WriteStream } from 'node:tty';
import type { Terminal } from './screen.ts';

/** Standard output or error; Node's types don't say that these have a number. */
export type TerminalOutput = WriteStream & { readonly fd: number };

/** Milliseconds until a terminal that is full is tried again. */
const fullMs = 20;

/**
 * The terminal at standard input, and of `output`. Node writes to a terminal before it goes on, and
 * one that takes nothing (a connection that hangs) would stop the tunnel; so a thread writes instead.
 */
export const systemTerminal = (input: ReadStream, output: TerminalOutput): Terminal => {
  let last: Promise<void> = Promise.resolve();
  return {
    input,
    size: () => ({ columns: output.columns || 80, rows: output.rows || 24 }),
    onResize: (listener) => {
      output.on('resize', listener);
      return () => void output.off('resize', listener);
    },
    write: (text, written) => {
      last = last.then(() => writeAll(output, text)).then(written);
    },
    writeNow: (text) => {
      try {
        writeSync(output.fd, text);
      } catch {
        // Nobody sees it any more.
      }
    },
  };
};

/** Never rejects: a terminal that is gone has nobody who would miss it. */
const writeAll = async (output: TerminalOutput, text: string): Promise<void> => {
  // The console of Windows reads octets in a code page of its own; its stream doesn't wait anyway.
  if (process.platform === 'win32') {
    await new Promise<void>((resolve) => output.write(text, () => resolve()));
    return;
  }
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    const taken = await writeSome(output.fd, rest);
    if (taken === undefined) return;
    rest = rest.subarray(taken);
    if (taken === 0) await new Promise((resolve) => setTimeout(resolve, fullMs));
  }
};

/** Bytes that were written: none when it is full; undefined when it is gone. */
const writeSome = (fd: number, bytes: Buffer): Promise<number | undefined> =>
  new Promise((resolve) => {
    write(fd, bytes, (error, count) => {
      if (error === null) resolve(count);
      else resolve(error.code === 'EAGAIN' ? 0 : undefined);
    });
  });
