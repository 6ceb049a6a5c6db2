// The finished programs as processes, and a service for them; all end with `endAll`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '../..');
const children = new Set();

let folder;

// One for each run, made when it is first needed.
const home = () => {
  folder ??= mkdtempSync(join(tmpdir(), 'byway-soak-'));
  return folder;
};

/** Starts one of the programs; resolves with its process and its ready line. */
export const startProgram = async (program, args, environment = {}) => {
  const child = spawn(process.execPath, [join(root, 'bin', program), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, BYWAY_CONFIG_DIR: home(), ...environment },
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-2000);
  });
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`${program} ended with ${code ?? signal} before it was ready: ${said}`);
  });
  ended.catch(() => {}); // Later ends are nobody's business.
  const lines = createInterface(child.stdout);
  const [line] = await Promise.race([once(lines, 'line'), ended]);
  return { child, ready: JSON.parse(line) };
};

export const startManager = (listen = '127.0.0.1:0') =>
  startProgram('byway-manager.js', ['--listen', listen, '--data', home()]);

export const ownerToken = () => readFileSync(join(home(), 'token'), 'utf8').trim();

/** `more`: further options of `byway-agent`. */
export const startAgent = (managerUrl, upstreamPort, more = [], environment = {}) =>
  startProgram(
    'byway-agent.js',
    [
      ...['--workload', 'soak', '--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0'],
      ...['--upstream', `127.0.0.1:${upstreamPort}`, '--token-file', join(home(), 'token')],
      ...['--manager', managerUrl, ...more],
    ],
    environment,
  );

/** What an agent's `/metrics` says, by name and labels. */
export const metricsOf = async ({ ready }) => {
  const answer = await fetch(`http://${ready.admin}/metrics`, {
    signal: AbortSignal.timeout(10_000),
  });
  const lines = (await answer.text()).split('\n').filter((line) => /^\w/.test(line));
  const split = (line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))];
  return Object.fromEntries(lines.map(split));
};

/** A laptop's session that intercepts the service with the owner's key. */
export const startLaptop = (managerUrl, port) =>
  startProgram('byway.js', ['intercept', 'soak', '--port', String(port), '--json'], {
    BYWAY_MANAGER: managerUrl,
    BYWAY_TOKEN: ownerToken(),
  });

/** An HTTP server on a free port that answers with its name and the path. */
export const startService = async (name) => {
  const server = createServer((request, answer) => {
    request.resume();
    answer.end(`${name} ${request.url}`);
  });
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
};

/** Resident memory in MB. Linux only. */
export const memoryMb = ({ pid }) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

/** Milliseconds of processor time that it has used; in steps of 10. Linux only. */
export const processorMs = ({ pid }) => {
  const [, rest] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const [user, system] = rest.split(' ').slice(11, 13).map(Number);
  return (user + system) * 10;
};

export const endAll = () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(home(), { recursive: true, force: true });
  folder = undefined;
};
