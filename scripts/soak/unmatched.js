// 200,000 requests without the key and more through an agent that has a rule, the manager killed in
// the middle: none may fail, and the agent's memory may not grow. Linux only: it reads /proc and
// needs wrk. Sends to loopback only.
import { spawn } from 'node:child_process';
import {
  endAll,
  memoryMb,
  startAgent,
  startLaptop,
  startManager,
  startService,
} from './programs.js';

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
  const manager = await startManager();
  const agent = await startAgent(manager.ready.url, await startService('pod'));
  await startLaptop(manager.ready.url, await startService('laptop'));
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
    `unmatched: ${requests} requests without the key, ${failed} failed, manager killed in the ` +
      `middle; agent ${before.toFixed(0)} MB -> ${after.toFixed(0)} MB: ${isWell ? 'ok' : 'FAILED'}\n`,
  );
  return isWell ? 0 : 1;
};

/** Resolves with 0 when none failed and the memory did not grow. */
export const soak = async () => {
  try {
    return await main();
  } finally {
    endAll();
  }
};
