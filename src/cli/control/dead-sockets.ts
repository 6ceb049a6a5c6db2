import { readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { systemCode } from '../../base/errors.ts';
import { statusMsMax } from './limits.ts';

/** Sockets that are looked at; more would be leftovers. */
const socketsMax = 100;

/** Removes sockets that nobody listens on: their sessions were killed before they told of them. */
export const removeDeadSockets = async (folder: string): Promise<void> => {
  const names = (await readdir(folder)).filter((name) => /^se_[0-9a-z]+\.sock$/.test(name));
  const paths = names.slice(0, socketsMax).map((name) => join(folder, name));
  for (const path of paths) if (await isDead(path)) await rm(path, { force: true });
};

const isDead = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    const done = (dead: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(dead);
    };
    const timer = setTimeout(() => done(false), statusMsMax);
    socket.once('connect', () => done(false));
    socket.once('error', (error) => done(systemCode(error) === 'ECONNREFUSED'));
  });
