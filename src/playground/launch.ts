import { rmSync } from 'node:fs';
import { type ProgramName, programs } from './programs.ts';

// Started by `child.ts` as `node launch.js PROGRAM ARGUMENTS...` with an IPC channel. Whatever ends
// the playground, kill -9 included, closes the channel, and this process ends with it; the programs
// themselves know nothing of that.
const [name, ...argv] = process.argv.slice(2);

const leave = (): void => {
  try {
    removeFolder();
  } finally {
    process.exit();
  }
};

// The manager's data is all that the playground keeps in files, and nobody else is left now.
const removeFolder = (): void => {
  const flag = argv.indexOf('--data');
  const folder = argv[flag + 1];
  if (name !== 'manager' || flag === -1 || folder === undefined) return;
  rmSync(folder, { recursive: true, force: true });
};

process.on('disconnect', leave);
// It may have gone while we were loaded.
if (!process.connected) leave();
// A program that is done may end although the channel is open.
process.channel?.unref();

await programs[name as ProgramName](argv, process.env);
