import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import xterm from '@xterm/headless';

const quote = (word) => `'${word.replaceAll("'", `'"'"'`)}'`;

/**
 * Starts a command in a terminal of its own (by the `script` of Linux), and shows what a user would
 * see there. `environment` is all that the command gets.
 */
export const startInTerminal = ({ command, environment, columns = 80, rows = 24 }) => {
  const folder = mkdtempSync(join(tmpdir(), 'byway-terminal-'));
  const nameFile = join(folder, 'name');
  const line = [
    `stty rows ${rows} cols ${columns}`,
    `tty > ${quote(nameFile)}`,
    `exec ${command.map(quote).join(' ')}`,
  ].join('; ');
  const child = spawn('script', ['-q', '-e', '-c', line, '/dev/null'], {
    env: { TERM: 'xterm-256color', ...environment, SHELL: '/bin/sh' },
  });
  const screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const pieces = [];
  child.stdout.on('data', (chunk) => {
    pieces.push(chunk);
    screen.write(chunk);
  });
  child.stdin.on('error', () => {}); // Its end is told by `ended`.
  const ended = new Promise((resolve) => {
    child.once('close', (code) => {
      rmSync(folder, { recursive: true, force: true });
      resolve(code);
    });
  });
  const lines = () => {
    const { active } = screen.buffer;
    return Array.from({ length: screen.rows }, (_, row) =>
      (active.getLine(active.baseY + row)?.translateToString(true) ?? '').trimEnd(),
    );
  };
  const shows = async (text, milliseconds = 30_000) => {
    const end = Date.now() + milliseconds;
    const found = () =>
      typeof text === 'string' ? lines().join('\n').includes(text) : text.test(lines().join('\n'));
    while (!found()) {
      if (Date.now() > end) throw new Error(`${text} was not shown:\n${lines().join('\n')}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const name = () => readFileSync(nameFile, 'utf8').trim();
  return {
    screen,
    ended,
    lines,
    shows,
    name,
    type: (keys) => child.stdin.write(keys),
    bytes: () => Buffer.concat(pieces).toString('utf8'),
    resize: (wide, high) => {
      screen.resize(wide, high);
      spawnSync('stty', ['-F', name(), 'rows', String(high), 'cols', String(wide)]);
    },
    /** The modes that a shell would find: whether what is typed shows, and comes by lines. */
    modes: () => spawnSync('stty', ['-F', name(), '-a'], { encoding: 'utf8' }).stdout,
    /** Takes nothing more of what is written there, as a connection that hangs. */
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    kill: () => child.kill('SIGKILL'),
  };
};
