import { type ProgramName, programs } from './programs.ts';

// Started by `children.ts` as `node launch.js PROGRAM ARGUMENTS...` with an IPC channel. Whatever
// ends the playground, kill -9 included, closes the channel, and this process ends with it; the
// programs themselves know nothing of that.
const leave = (): void => process.exit();
process.on('disconnect', leave);
// It may have gone while we were loaded.
if (!process.connected) leave();
// A program that is done may end although the channel is open.
process.channel?.unref();

const [name, ...argv] = process.argv.slice(2);
await programs[name as ProgramName](argv, process.env);
