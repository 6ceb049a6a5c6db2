import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../support/until.ts';

export const root: string = join(import.meta.dirname, '../..');

/** A user with empty folders, so that no configuration of this machine matters. */
export type User = {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly remove: () => void;
};

export const createUser = (): User => {
  const folder = mkdtempSync(join(tmpdir(), 'byway-user-'));
  const { BYWAY_MANAGER: _, BYWAY_TOKEN: __, FORCE_COLOR: ___, ...rest } = process.env;
  const environment = {
    ...rest,
    NO_COLOR: '1',
    BYWAY_CONFIG_DIR: join(folder, 'configuration'),
    XDG_RUNTIME_DIR: join(folder, 'runtime'),
    TMPDIR: folder,
    TMP: folder,
    TEMP: folder,
  };
  return { folder, environment, remove: () => rmSync(folder, { recursive: true, force: true }) };
};

/** A running `byway`. */
export type Run = {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<number | null>;
};

export const byway = (environment: NodeJS.ProcessEnv, ...argv: readonly string[]): Run => {
  const child = spawn(process.execPath, [join(root, 'bin/byway.js'), ...argv], {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (part) => {
    text.stdout += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part) => {
    text.stderr += part;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, stdout: () => text.stdout, stderr: () => text.stderr, ended };
};

export type ProcessLine = { readonly pid: number; readonly command: string };

/** The processes that a process has started and that live. */
export const childrenOf = (pid: number): readonly ProcessLine[] => {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const [, own, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    const child = Number(parent) === pid && state?.startsWith('Z') === false;
    return child ? [{ pid: Number(own), command: command ?? '' }] : [];
  });
};

/** Resolves when none of them lives; a zombie does not. */
export const untilGone = (processes: readonly ProcessLine[]): Promise<void> =>
  until(() => processes.every(({ pid }) => !lives(pid)), 'the end of all processes');

const lives = (pid: number): boolean => {
  const { stdout } = spawnSync('ps', ['-p', `${pid}`, '-o', 'stat='], { encoding: 'utf8' });
  const state = stdout.trim();
  return state !== '' && !state.startsWith('Z');
};
