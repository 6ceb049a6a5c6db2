import { StringDecoder } from 'node:string_decoder';
import type { Io } from '../io.ts';

/** Characters without a line end after which a line is printed as it is. */
const lineCharactersMax = 8 * 1024;

/** Output of one of several, its name in front of each line; of data only where people read it. */
export const namedIo = (io: Io, name: string, data: boolean): Io => {
  const named = (text: string): string => text.replace(/^/gm, `${name} │ `);
  return {
    ...io,
    columns: () => {
      const columns = io.columns();
      return columns === undefined ? undefined : Math.max(20, columns - name.length - 3);
    },
    print: (text) => io.print(data ? named(text) : text),
    say: (text) => io.say(named(text)),
    warn: (text) => io.warn(named(text)),
  };
};

/** Turns pieces of a program's output into whole lines for `write`. */
export const namedOutput = (
  write: (line: string) => void,
): { readonly take: (bytes: Buffer) => void; readonly end: () => void } => {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const flush = (): void => {
    if (rest !== '') write(rest);
    rest = '';
  };
  return {
    take: (bytes) => {
      const lines = (rest + decoder.write(bytes)).split('\n');
      rest = lines.pop() ?? '';
      if (lines.length > 0) write(lines.map((line) => line.replace(/\r$/, '')).join('\n'));
      if (rest.length > lineCharactersMax) flush();
    },
    end: () => {
      rest += decoder.end();
      flush();
    },
  };
};
