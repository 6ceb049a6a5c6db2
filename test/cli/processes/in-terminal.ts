import { type ChildProcess, spawn } from 'node:child_process';
import { until } from '../../support/until.ts';
import { programPath } from './process.ts';

const terminals = new Set<ChildProcess>();

/** `byway` in a terminal of its own, by the `script` of Linux: what it shows, and typing. */
export const inTerminal = (args: readonly string[], environment: NodeJS.ProcessEnv) => {
  const quoted = [process.execPath, programPath('byway'), ...args].map((word) => `'${word}'`);
  const child = spawn('script', ['-q', '-e', '-c', quoted.join(' '), '/dev/null'], {
    env: { TERM: 'xterm-256color', ...environment, SHELL: '/bin/sh' },
  });
  terminals.add(child);
  child.stdin.on('error', () => {});
  let shown = '';
  child.stdout.on('data', (chunk) => {
    shown += chunk;
  });
  const ended = new Promise<number | null>((resolve) =>
    child.once('close', (code) => {
      terminals.delete(child);
      resolve(code);
    }),
  );
  return {
    ended,
    shown: () => shown,
    shows: (text: RegExp | string) =>
      until(
        () => (typeof text === 'string' ? shown.includes(text) : text.test(shown)),
        `${text}`,
        20_000,
      ),
    type: (keys: string) => child.stdin.write(keys),
  };
};

export const endTerminals = (): void => {
  for (const terminal of terminals) terminal.kill('SIGKILL');
};
