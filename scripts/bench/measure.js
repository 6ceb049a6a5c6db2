// Load and what it costs: wrk on one side, /proc on the other. Linux only.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

const children = new Set();

/** Starts a program that is ended with us. */
export const start = (command, args, options = {}) => {
  const child = spawn(command, args, { stdio: 'ignore', ...options });
  children.add(child);
  child.once('error', (error) => {
    throw error;
  });
  return child;
};

process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

/** Whether a program is installed. */
export const has = (program) =>
  spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;

export const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
};

/** Resolves once somebody listens on the port, for at most 20 s. */
export const listening = async (port) => {
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    const socket = connect(port, '127.0.0.1');
    const is = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(
        () => false,
        () => false,
      ),
    ]).catch(() => false);
    socket.destroy();
    if (is) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing listens on port ${port} after 20 s`);
};

const tree = (pid) => {
  const found = [pid];
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const text = readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim();
    if (text !== '') for (const child of text.split(' ')) found.push(...tree(Number(child)));
  }
  return found;
};

const ticksPerSecond = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout);

/** CPU time of a process and all its descendants, in seconds. */
export const cpuSeconds = (pid) =>
  tree(pid).reduce((sum, member) => {
    const fields = readFileSync(`/proc/${member}/stat`, 'utf8').split(') ').at(-1).split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  }, 0);

/** Resident memory of a process and all its descendants, in MB. */
export const memoryMb = (pid) =>
  tree(pid).reduce((sum, member) => {
    const text = readFileSync(`/proc/${member}/status`, 'utf8');
    return sum + Number(/VmRSS:\s+(\d+)/.exec(text)?.[1] ?? 0) / 1024;
  }, 0);

const milliseconds = (text) => {
  const [, number, unit] = /^([\d.]+)(us|ms|s)$/.exec(text) ?? [];
  return Number(number) * { us: 0.001, ms: 1, s: 1000 }[unit];
};

// Each request asks for another path.
const differLua = `local n = 0
request = function()
  n = n + 1
  return wrk.format(nil, "/" .. n)
end
`;

/** wrk on one thread with 32 connections; `differ`: no two requests have the same head. */
export const load = async (url, { seconds, headers = [], postBytes = 0, differ, folder }) => {
  const args = ['-t1', '-c32', `-d${seconds}s`, '--latency'];
  for (const header of headers) args.push('-H', header);
  if (postBytes > 0) {
    const script = join(folder, `post-${postBytes}.lua`);
    writeFileSync(script, `wrk.method="POST"\nwrk.body=string.rep("x",${postBytes})\n`);
    args.push('-s', script);
  }
  if (differ) {
    const script = join(folder, 'differ.lua');
    writeFileSync(script, differLua);
    args.push('-s', script);
  }
  const wrk = spawn('wrk', [...args, url]);
  let text = '';
  for await (const chunk of wrk.stdout) text += chunk;
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text);
  const failed = [...(errors?.slice(1) ?? []), /Non-2xx[^:]*: (\d+)/.exec(text)?.[1] ?? 0];
  return {
    requests: Number(/(\d+) requests in/.exec(text)?.[1] ?? 0),
    rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1] ?? 0),
    p99: milliseconds(/99%\s+(\S+)/.exec(text)?.[1] ?? '0ms'),
    failed: failed.reduce((sum, count) => sum + Number(count), 0),
  };
};

export const median = (numbers) => {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)];
};
