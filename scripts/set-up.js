// Makes a clone ready to run: installs packages and builds the programs when they are not as the
// lock file and the sources say. Says what it does and why; silent when there is nothing to do.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LockHeldError, withLock } from './lock.js';
import { npmCommand } from './npm-command.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const at = (...names) => join(root, ...names);
const installStamp = at('node_modules', '.byway-lock');
const buildStamp = at('dist', '.stamp');
const outputEndings = ['.d.ts', '.js.map', '.js'];

/** Milliseconds; a slow network and a cold cache included. */
const installMsMax = 10 * 60_000;
const buildMsMax = 5 * 60_000;

const setUp = () => {
  assertNode();
  if (installReason() === undefined && buildReason() === undefined) return;
  mkdirSync(at('.cache'), { recursive: true });
  const onWait = (holder) =>
    say(`Waiting for another set-up of this folder (process ${holder}).\n`);
  withLock(at('.cache', 'set-up.lock'), onWait, () => {
    install(installReason());
    build(buildReason());
  });
};

const assertNode = () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new SetUpError(`Byway needs Node 20.19 or newer; this is ${process.versions.node}.`);
};

/** Why packages have to be installed, or undefined. */
const installReason = () => {
  if (!existsSync(at('node_modules'))) return 'node_modules is missing';
  if (readText(installStamp) === lockHash() || isInstalledByHand()) return undefined;
  return 'package-lock.json is not what is installed';
};

const lockHash = () => hashOf([readFileSync(at('package-lock.json'))]);

/** Whether npm's own record of what it installed says the same as the lock file. */
const isInstalledByHand = () => {
  const record = readText(at('node_modules', '.package-lock.json'));
  if (record === undefined) return false;
  const installed = JSON.parse(record).packages ?? {};
  const wanted = JSON.parse(readFileSync(at('package-lock.json'), 'utf8')).packages ?? {};
  const same = (path) => installed[path]?.version === wanted[path]?.version;
  const isNeeded = (path) => path !== '' && wanted[path].optional !== true;
  return Object.keys(wanted).filter(isNeeded).every(same) && Object.keys(installed).every(same);
};

const install = (reason) => {
  if (reason !== undefined) {
    run({
      what: `Installing packages, because ${reason}`,
      command: npmCommand(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']),
      milliseconds: installMsMax,
      advice: 'Look at the message above (network, proxy, disk?), then run npm ci yourself.',
    });
  }
  writeStamp(installStamp, lockHash());
};

/** Why the programs have to be built, or undefined. */
const buildReason = () => {
  const stamp = readText(buildStamp);
  if (stamp === undefined) return existsSync(at('dist')) ? 'dist is incomplete' : 'dist is missing';
  return stamp === sourcesHash() ? undefined : 'sources have changed';
};

const sourcesHash = () => {
  const configuration = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
  const files = [...configuration.map((name) => at(name)), ...filesUnder(at('src'))];
  return hashOf(files.flatMap((file) => [relative(root, file), readFileSync(file)]));
};

const build = (reason) => {
  if (reason === undefined) return;
  rmSync(buildStamp, { force: true });
  const hash = sourcesHash();
  run({
    what: `Building, because ${reason}`,
    command: [process.execPath, at('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
    milliseconds: buildMsMax,
    advice: 'Correct the sources, then try again.',
  });
  removeStaleOutputs();
  writeStamp(buildStamp, hash);
};

// A module whose source was deleted would still be found, and packed.
const removeStaleOutputs = () => {
  for (const file of filesUnder(at('dist'))) {
    const ending = outputEndings.find((candidate) => file.endsWith(candidate)) ?? '';
    const source = at('src', relative(at('dist'), file.slice(0, file.length - ending.length)));
    if (!existsSync(`${source}.ts`) && !existsSync(`${source}.tsx`)) rmSync(file);
  }
};

const run = ({ what, command: [program, ...args], milliseconds, advice }) => {
  const start = Date.now();
  say(`${what} … `);
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    timeout: milliseconds,
    maxBuffer: 64 * 1024 * 1024,
    // Two words for npm on a system without npm's own path in the environment.
    shell: program === 'npm' && process.platform === 'win32',
  });
  if (status === 0) {
    say(`${((Date.now() - start) / 1000).toFixed(1)} s\n`);
    return;
  }
  say(`failed\n${stdout ?? ''}${stderr ?? ''}${error === undefined ? '' : `${error.message}\n`}`);
  throw new SetUpError(`${what}: that failed. Nothing was started. ${advice}`);
};

const readText = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
};

const filesUnder = (folder) =>
  readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesUnder(path) : [path];
    })
    .sort();

const hashOf = (parts) => {
  const hash = createHash('sha256');
  for (const part of parts) {
    // With lengths, so that text can't move from one file to the next unnoticed.
    const bytes = typeof part === 'string' ? Buffer.from(part.split(sep).join('/')) : part;
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest('hex');
};

const writeStamp = (path, text) => {
  if (readText(path) === text) return;
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
};

const say = (text) => process.stderr.write(text);

class SetUpError extends Error {}

try {
  setUp();
} catch (error) {
  const isExpected = error instanceof SetUpError || error instanceof LockHeldError;
  say(`✗ ${isExpected ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
