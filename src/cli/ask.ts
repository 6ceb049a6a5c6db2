import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { UserError } from '../base/errors.ts';
import { Interrupted } from './interrupted.ts';
import type { Io } from './io.ts';

/** Milliseconds that someone may think about an answer. */
const answerMsMax = 5 * 60_000;
/** Characters of a token with what a file may have around it. */
const secretCharactersMax = 8 * 1024;

/** Asks a person for yes or no; anything but yes is no. Ask only when `io.interactive()`. */
export const askYes = async (io: Io, question: string): Promise<boolean> => {
  io.streams.stderr.write(`${question} [y/N] `);
  const answer = await readLine(io);
  return /^y(es)?$/i.test(answer.trim());
};

/** Asks a person for a secret, which is not shown. Ask only when `io.interactive()`. */
export const askSecret = async (io: Io, question: string): Promise<string> => {
  io.streams.stderr.write(`${question} (not shown): `);
  const answer = await readLine(io);
  io.streams.stderr.write('\n');
  return answer.trim();
};

// The terminal's echo is off while readline runs, and what it would show goes nowhere.
const readLine = async (io: Io): Promise<string> => {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: io.streams.stdin, output: nowhere, terminal: true });
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  const interrupted = new Promise<never>((_, reject) => {
    // The terminal is in raw mode, so no signal comes of Ctrl-C.
    lines.once('SIGINT', () => reject(new Interrupted()));
  });
  try {
    const answer = lines.question('', { signal: AbortSignal.timeout(answerMsMax) });
    return await Promise.race([answer, closed, interrupted]);
  } finally {
    lines.close();
  }
};

/** All of standard input, of at most 8 KiB, within 5 minutes. */
export const readSecret = async (io: Io): Promise<string> => {
  const { stdin } = io.streams;
  const limit = setTimeout(() => {
    const late = new UserError('Nothing came on standard input for 5 minutes.', { kind: 'usage' });
    if ('destroy' in stdin && typeof stdin.destroy === 'function') stdin.destroy(late);
  }, answerMsMax);
  try {
    let text = '';
    for await (const chunk of stdin) {
      text += String(chunk);
      if (text.length > secretCharactersMax) {
        throw new UserError('What came on standard input is no token: it is too long.', {
          kind: 'usage',
        });
      }
    }
    return text.trim();
  } finally {
    clearTimeout(limit);
  }
};
