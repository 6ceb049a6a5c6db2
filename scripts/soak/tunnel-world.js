// The programs, the pod, the app and the load, each on its side of the network.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '../..');
const part = join(import.meta.dirname, 'tunnel-part.js');
const managerPort = 7070;
/** What is measured goes before all else that this machine does, and the load after it. */
const first = ['nice', '-n', '-10'];
const last = ['nice', '-n', '10'];

const firstLine = async (child, what) => {
  const lines = createInterface(child.stdout);
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${what} ended before it was ready`);
  });
  ended.catch(() => {}); // Later ends are wanted.
  const [line] = await Promise.race([once(lines, 'line'), ended]);
  return { lines, line: JSON.parse(line) };
};

/** Everything that ends with `end`. */
export const startTunnelWorld = async ({ cluster, laptop }) => {
  const home = mkdtempSync(join(tmpdir(), 'byway-soak-'));
  const children = new Set();
  const start = ({ inside }, args, environment = {}) => {
    const [command, ...rest] = [...inside, ...first, process.execPath, ...args];
    const child = spawn(command, rest, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, BYWAY_CONFIG_DIR: home, ...environment },
    });
    children.add(child);
    child.once('exit', () => children.delete(child));
    return child;
  };
  const program = (name) => join(root, 'bin', name);
  const serve = async (side, name, host) =>
    (await firstLine(start(side, [part, 'service', name, host]), name)).line.port;

  const managerUrl = `http://${cluster.address}:${managerPort}`;
  const startManager = async () => {
    const listen = `${cluster.address}:${managerPort}`;
    const child = start(cluster, [
      ...[program('byway-manager.js'), '--listen', listen, '--data', home],
      '--insecure-listen-without-tls',
    ]);
    await firstLine(child, 'the manager');
    return child;
  };
  const manager = await startManager();
  const token = readFileSync(join(home, 'token'), 'utf8').trim();
  const pod = await serve(cluster, 'pod', '127.0.0.1');
  const app = await serve(laptop, 'you', '127.0.0.1');
  const agent = start(cluster, [
    ...[program('byway-agent.js'), '--workload', 'soak', '--listen', '127.0.0.1:0'],
    ...['--upstream', `127.0.0.1:${pod}`, '--manager', managerUrl],
    ...['--token-file', join(home, 'token')],
  ]);
  const { line: agentReady } = await firstLine(agent, 'the agent');
  const url = `http://${agentReady.listen[0]}/`;
  const startLaptop = async () => {
    const child = start(
      laptop,
      [program('byway.js'), 'intercept', 'soak', '--port', `${app}`, '--json', '--quiet'],
      { BYWAY_MANAGER: managerUrl, BYWAY_TOKEN: token },
    );
    const { lines } = await firstLine(child, 'the session');
    lines.close();
    child.stdout.resume();
    return child;
  };
  const session = await startLaptop();
  const asking = start(laptop, [part, 'key', managerUrl], { BYWAY_TOKEN: token });
  const { key } = (await firstLine(asking, 'the question for the key')).line;
  return {
    url,
    startManager,
    startLaptop,
    manager,
    session,
    /** Calls `onAnswer` for each answer to a request with the key. */
    probe: (onAnswer) => {
      const child = start(cluster, [part, 'probe', url, key]);
      createInterface(child.stdout).on('line', (line) => onAnswer(JSON.parse(line)));
    },
    end: () => {
      for (const child of children) child.kill('SIGKILL');
      rmSync(home, { recursive: true, force: true });
    },
  };
};

/** wrk without the key, inside a namespace; resolves with requests and failures. */
export const loadInside = async ({ inside }, url, seconds) => {
  const [command, ...args] = [...inside, ...last, 'wrk', '-t1', '-c8', `-d${seconds}s`, url];
  const wrk = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  for await (const chunk of wrk.stdout) text += chunk;
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text);
  const failed = [...(errors?.slice(1) ?? []), /Non-2xx[^:]*: (\d+)/.exec(text)?.[1] ?? 0];
  return {
    requests: Number(/(\d+) requests in/.exec(text)?.[1] ?? 0),
    failed: failed.reduce((sum, count) => sum + Number(count), 0),
  };
};
