// 200,000 requests without the key and more through an agent that has a rule, the manager killed in
// the middle: none may fail, and the agent's memory may not grow. Linux only: it reads /proc and
// needs wrk. Sends to loopback only.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'byway-soak-'));
const children = [];

const start = async (program, args, environment = {}) => {
  const child = spawn(process.execPath, [join(root, 'bin', program), ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, BYWAY_CONFIG_DIR: folder, ...environment },
  });
  children.push(child);
  const [line] = await once(createInterface(child.stdout), 'line');
  return { child, ready: JSON.parse(line) };
};

const memoryMb = ({ pid }) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

const load = async (url, seconds) => {
  const wrk = spawn('wrk', ['-t1', '-c64', `-d${seconds}s`, url]);
  let text = '';
  for await (const chunk of wrk.stdout) text += chunk;
  const socketErrors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(
    text,
  );
  const failed = [...(socketErrors?.slice(1) ?? []), /Non-2xx[^:]*: (\d+)/.exec(text)?.[1] ?? 0];
  return {
    requests: Number(/(\d+) requests in/.exec(text)?.[1] ?? 0),
    failed: failed.reduce((sum, count) => sum + Number(count), 0),
  };
};

const main = async () => {
  const pod = createServer((_, answer) => answer.end('pod')).listen(0, '127.0.0.1');
  const laptop = createServer((_, answer) => answer.end('laptop')).listen(0, '127.0.0.1');
  await Promise.all([once(pod, 'listening'), once(laptop, 'listening')]);
  const manager = await start('byway-manager.js', ['--listen', '127.0.0.1:0', '--data', folder]);
  const token = readFileSync(join(folder, 'token'), 'utf8').trim();
  const agent = await start('byway-agent.js', [
    ...['--workload', 'soak', '--listen', '127.0.0.1:0', '--manager', manager.ready.url],
    ...['--upstream', `127.0.0.1:${pod.address().port}`, '--token-file', join(folder, 'token')],
  ]);
  await start(
    'byway.js',
    ['intercept', 'soak', '--port', String(laptop.address().port), '--json'],
    { BYWAY_MANAGER: manager.ready.url, BYWAY_TOKEN: token },
  );
  const url = `http://${agent.ready.listen[0]}/`;
  await load(url, 5);
  const before = memoryMb(agent.child);
  const first = await load(url, 15);
  const killed = setTimeout(() => manager.child.kill('SIGKILL'), 5_000);
  const second = await load(url, 15);
  clearTimeout(killed);
  const after = memoryMb(agent.child);
  const requests = first.requests + second.requests;
  const failed = first.failed + second.failed;
  const isWell = failed === 0 && requests >= 200_000 && after < before * 1.25;
  process.stdout.write(
    `${requests} requests without the key, ${failed} failed, manager killed in the middle; ` +
      `agent ${before.toFixed(0)} MB -> ${after.toFixed(0)} MB: ${isWell ? 'ok' : 'FAILED'}\n`,
  );
  return isWell ? 0 : 1;
};

let code = 1;
try {
  code = await main();
} finally {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
process.exit(code);
