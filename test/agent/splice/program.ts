import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const outputBytesMax = 64 * 1024 * 1024;
const programMs = 20_000;

/** What to say behind a test's name when some of these programs are not there; empty if all are. */
export const missing = (...programs: readonly string[]): string => {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const absent = programs.filter(
    (program) => !folders.some((folder) => existsSync(join(folder, program))),
  );
  return absent.length === 0 ? '' : ` (skipped: no ${absent.join(', ')} in PATH)`;
};

/** Some servers refuse to run as root: then they run as nobody. */
export type Account = { readonly uid?: number; readonly gid?: number };

export const unprivileged = (): Account => {
  if (process.getuid?.() !== 0) return {};
  const id = (option: string): number =>
    Number(spawnSync('id', [option, 'nobody'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
};

/** A new folder of that account's; `remove` it when done. */
export const newFolder = (
  account: Account = {},
): { readonly path: string; readonly remove: () => void } => {
  const path = mkdtempSync(join(tmpdir(), 'byway-splice-'));
  if (account.uid !== undefined && account.gid !== undefined) {
    chownSync(path, account.uid, account.gid);
  }
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};

/** A port that was free just now, for programs that can't be told to choose one. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port was bound.');
  return address.port;
};

type RunOptions = {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  readonly account?: Account;
  /** Called as soon as the program runs. */
  readonly started?: (child: ChildProcess) => void;
};

/** What a program has said, and the code it ended with. */
export type Ran = { readonly stdout: string; readonly stderr: string; readonly code: number };

/** Runs a program to its end, at most twenty seconds. */
export const run = (
  program: string,
  args: readonly string[],
  { input, env = {}, account = {}, started }: RunOptions = {},
): Promise<Ran> =>
  new Promise((resolve) => {
    const options = {
      ...account,
      env: { ...process.env, ...env },
      maxBuffer: outputBytesMax,
      timeout: programMs,
    };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? 1);
      resolve({ stdout, stderr, code });
    });
    child.stdin?.on('error', () => {}); // of a program that ends before it has read all
    child.stdin?.end(input ?? '');
    started?.(child);
  });

/** Starts a server; the result ends it and waits for its end. */
export const startProgram = (
  program: string,
  args: readonly string[],
  account: Account = {},
): (() => Promise<void>) => {
  const child = spawn(program, args, { ...account, stdio: 'ignore' });
  const ended = once(child, 'exit');
  return async () => {
    child.kill('SIGINT');
    const patience = setTimeout(() => child.kill('SIGKILL'), programMs);
    await ended;
    clearTimeout(patience);
  };
};
