import { type ChildProcess, spawn } from 'node:child_process';
import { programPath } from '../cli/processes/process.ts';
import { until } from '../support/until.ts';

export type LimitedAgent = {
  readonly child: ChildProcess;
  readonly port: number;
  readonly stderr: () => string;
};

/** Starts the program with so many files, or a heap of so many MB. Needs a POSIX shell. */
export const startLimited = async (
  upstream: number,
  more: readonly string[],
  limits: { readonly files?: number; readonly heapMb?: number },
): Promise<LimitedAgent> => {
  const { files = 4096, heapMb = 256 } = limits;
  const node = [process.execPath, `--max-old-space-size=${heapMb}`, programPath('byway-agent')];
  const args = ['--workload', 'a', '--listen', '127.0.0.1:0', '--manager', 'http://127.0.0.1:1'];
  const child = spawn(
    'sh',
    [
      ...['-c', `ulimit -n ${files}; exec "$@"`, 'sh', ...node],
      ...[...args, '--upstream', `127.0.0.1:${upstream}`, ...more],
    ],
    { env: { PATH: process.env['PATH'], BYWAY_TOKEN: 'x' }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (text) => {
    stdout += text;
  });
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  await until(() => stdout.includes('"ready"'), 'the agent', 20_000);
  const { listen } = JSON.parse(stdout) as { readonly listen: readonly string[] };
  return { child, port: Number(listen[0]?.split(':')[1]), stderr: () => stderr };
};
