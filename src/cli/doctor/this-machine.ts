import { access, constants, stat } from 'node:fs/promises';
import { systemCode } from '../../base/errors.ts';
import { userFilePath, userFileSchema } from '../configuration.ts';
import { credentialsFilePath } from '../credentials/credentials-file.ts';
import { type Environment, runtimeFolder } from '../folders.ts';
import { readPlaygroundFile } from '../playground-file.ts';
import { sessionsFolder } from '../session/session-file.ts';
import { readStateFile } from '../state-file.ts';
import { fail, pass, type Result, skip, warn } from './check.ts';
import type { Patient } from './patient.ts';

export const checkNode = async (): Promise<Result> => {
  const { node } = process.versions;
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const isKnown = major > 20 || (major === 20 && minor >= 19);
  return isKnown
    ? pass(`${node} on ${process.platform} ${process.arch}`)
    : fail(`${node} is older than 20.19`, 'Install Node 22 or newer.');
};

/** Both files: that they can be understood, and that nobody else can read or write them. */
export const checkConfiguration = async ({ context }: Patient): Promise<Result> => {
  const { environment } = context;
  const user = userFilePath(environment);
  const secret = credentialsFilePath(environment);
  await readStateFile(user, userFileSchema);
  const [userMode, secretMode] = await Promise.all([modeOf(user), modeOf(secret)]);
  if (userMode === undefined && secretMode === undefined) return skip(`nothing in ${user}`);
  if (secretMode !== undefined && (secretMode & 0o077) !== 0) {
    return fail(`${secret} can be read by other users`, `chmod 600 ${secret}`);
  }
  if (userMode !== undefined && (userMode & 0o022) !== 0) {
    return fail(`${user} can be changed by other users`, `chmod 600 ${user}`);
  }
  return pass(userMode === undefined ? secret : user);
};

/** Undefined without the file, and 0 where the system has no such rights. */
const modeOf = async (path: string): Promise<number | undefined> => {
  try {
    const { mode } = await stat(path);
    return process.platform === 'win32' ? 0 : mode & 0o777;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
};

/** Where sessions keep their sockets, and whether all of them are alive. */
export const checkSessions = async ({ context, sessions }: Patient): Promise<Result> => {
  const folder = sessionsFolder(context.environment);
  const mode = await modeOf(folder);
  if (mode !== undefined && (mode & 0o022) !== 0) {
    return fail(`other users may write to ${folder}`, `chmod 700 ${folder}`);
  }
  if (mode === undefined) return await checkRuntimeFolder(context.environment);
  await access(folder, constants.W_OK | constants.R_OK);
  const { running, crashed } = await sessions();
  if (crashed.length > 0) {
    const names = crashed.map(({ name }) => name).join(', ');
    return warn(`killed: ${names}; what they left is removed`, `byway leave ${names}`);
  }
  const silent = running.filter(({ status }) => status === undefined);
  if (silent.length > 0) {
    const pids = silent.map(({ file }) => file.pid).join(', ');
    return warn(`no answer from process ${pids} (stopped?)`, 'byway status');
  }
  return pass(`${running.length} on this machine, sockets in ${folder}`);
};

// Made when the first session needs it, in the nearest folder that there is.
const checkRuntimeFolder = async (environment: Environment): Promise<Result> => {
  const folder = runtimeFolder(environment);
  if ((await modeOf(folder)) !== undefined) await access(folder, constants.W_OK);
  return skip('none on this machine so far');
};

export const checkPlayground = async ({ context }: Patient): Promise<Result> => {
  const found = await readPlaygroundFile(context.environment);
  return found === undefined
    ? skip('none runs here')
    : pass(`runs as process ${found.pid}, manager ${found.manager}`);
};

export const checkCluster = async (): Promise<Result> =>
  skip('this version works between processes and does not read a kubeconfig');
