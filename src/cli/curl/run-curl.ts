import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { systemCode, UserError } from '../../base/errors.ts';
import { keyBaggageMember, keyHeader } from '../../propagation/key.ts';
import type { Environment } from '../folders.ts';
import { signalCode } from '../session/interruption.ts';
import { openSecretFile } from './secret-file.ts';

/** Transfers of one command line, as `--next` parts them. */
const transfersMax = 64;

/**
 * Runs the system's curl with both carriers of the key on every transfer; returns its exit code.
 * The key travels in a file without a name, because arguments are visible to everyone. On Windows,
 * which has no such files, it takes standard input, and only the first transfer carries it.
 */
export const runCurl = async (
  environment: Environment,
  args: readonly string[],
  key: string,
): Promise<number> => {
  const configuration = [
    `header = "${keyHeader}: ${key}"`,
    `header = "baggage: ${keyBaggageMember}=${key}"`,
    '',
  ].join('\n');
  if (process.platform === 'win32') {
    return await run(environment, ['-K', '-', ...args], [], configuration);
  }
  const transfers = splitTransfers(args);
  const files = transfers.map(() => openSecretFile(configuration));
  try {
    const all = transfers.map((own, index) => [...own, '-K', `/dev/fd/${index + 3}`]);
    const joined = all.flatMap((own, index) => (index === 0 ? own : ['--next', ...own]));
    return await run(environment, joined, files, undefined);
  } finally {
    for (const file of files) closeSync(file);
  }
};

const splitTransfers = (args: readonly string[]): readonly (readonly string[])[] => {
  const transfers: string[][] = [[]];
  for (const argument of args) {
    if (argument === '--next' || argument === '-:') transfers.push([]);
    else transfers.at(-1)?.push(argument);
  }
  if (transfers.length <= transfersMax) return transfers;
  throw new UserError(`At most ${transfersMax} transfers at once.`, { kind: 'usage' });
};

const run = (
  environment: Environment,
  args: readonly string[],
  files: readonly number[],
  input: string | undefined,
): Promise<number> =>
  new Promise((resolve, reject) => {
    const first = input === undefined ? 'inherit' : 'pipe';
    const child = spawn('curl', args, {
      env: environment,
      stdio: [first, 'inherit', 'inherit', ...files],
    });
    child.once('error', (error) => reject(notStarted(error)));
    child.once('close', (code, signal) =>
      resolve(signal === null ? (code ?? 1) : signalCode(signal)),
    );
    child.stdin?.on('error', () => {}); // It ended early; its exit code says why.
    child.stdin?.end(input);
  });

const notStarted = (error: Error): UserError =>
  new UserError(
    systemCode(error) === 'ENOENT'
      ? 'There is no curl on this machine, so nothing was sent.'
      : `curl could not be started (${error.message}), so nothing was sent.`,
    { cause: error, hint: 'Install it from https://curl.se, or set the headers yourself.' },
  );
