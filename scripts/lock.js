import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';

/** Milliseconds that another holder may take. */
const waitMsMax = 15 * 60_000;
const pollMs = 100;
/** Milliseconds within which a holder has written its number. */
const namelessMsMax = 5_000;

/** Its holder lives, and did not end in time. */
export class LockHeldError extends Error {}

/**
 * Runs `work` while no other process that uses the same file does. What a dead process left is
 * taken over. `onWait` is told once, with the holder's process id.
 */
export const withLock = (path, onWait, work) => {
  take(path, onWait);
  try {
    return work();
  } finally {
    rmSync(path, { force: true });
  }
};

const take = (path, onWait) => {
  const end = Date.now() + waitMsMax;
  let told = false;
  while (!create(path)) {
    const holder = holderOf(path);
    if (Date.now() > end) {
      throw new LockHeldError(
        `Process ${holder ?? 'unknown'} has held ${path} too long. If it is no set-up any more, delete that file, then try again.`,
      );
    }
    if (holder === undefined) continue;
    if (!isAlive(holder)) {
      putAside(path, holder);
      continue;
    }
    if (!told) onWait(holder);
    told = true;
    sleep(pollMs);
  }
};

const create = (path) => {
  try {
    const file = openSync(path, 'wx');
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
};

/** Undefined when the lock has gone; 0 when nobody has put a number into it in time. */
const holderOf = (path) => {
  try {
    const age = Date.now() - statSync(path).mtimeMs;
    const pid = Number(readFileSync(path, 'utf8'));
    if (pid > 0) return pid;
    if (age > namelessMsMax) return 0;
    sleep(pollMs);
    return undefined;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
};

// Two may find the same dead holder: the slower one must not take away the quicker one's new lock.
const putAside = (path, deadHolder) => {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    if (Number(readFileSync(aside, 'utf8')) === deadHolder) rmSync(aside);
    else renameSync(aside, path);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
};

const isAlive = (pid) => {
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

const sleep = (milliseconds) => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
};
