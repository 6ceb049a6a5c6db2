// 64 connections without the key for 30 s, while the manager is killed and restarted, rules come
// and go, and the laptop dies and returns: no request may fail, and each answer must be the pod's
// answer to that very request. Requests with the key go beside them. Sends to loopback only.
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  endAll,
  ownerToken,
  startAgent,
  startLaptop,
  startManager,
  startService,
} from './programs.js';

const connections = 64;
const ruleEveryMs = 10;

const counts = { unmatched: 0, failed: 0, wrong: 0, matched: 0, byLaptop: 0, broken: 0 };
const examples = [];
let over = false;

const ask = (url, path, agent, headers = {}) =>
  new Promise((resolve, reject) => {
    get(new URL(path, url), { agent, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece) => {
        text += piece;
      });
      answer.on('end', () => resolve(text));
      answer.on('error', reject);
    }).on('error', reject);
  });

const unmatched = async (url, name) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let number = 0; !over; number++) {
    const path = `/${name}/${number}`;
    try {
      const text = await ask(url, path, agent);
      if (text !== `pod ${path}`) examples.push(text.slice(0, 100)) && counts.wrong++;
    } catch (error) {
      examples.push(error.message);
      counts.failed++;
    }
    counts.unmatched++;
  }
  agent.destroy();
};

const matched = async (url, key) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let number = 0; !over; number++) {
    const text = await ask(url, `/mine/${number}`, agent, { 'x-byway-id': key }).catch(() => '');
    counts.matched++;
    if (text.startsWith('you ')) counts.byLaptop++;
    if (!text.endsWith(` /mine/${number}`)) counts.broken++;
  }
  agent.destroy();
};

const call = (url, token, method, path, body) =>
  fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

// One rule after another comes and goes, 100 changes a second as far as the manager is there.
const changeRules = async (url, token) => {
  let changes = 0;
  while (!over) {
    const wanted = {
      workload: 'soak',
      session: `se_${'a'.repeat(26)}`,
      laptop: 'storm',
      match: { all: [{ header: 'x-storm', equals: String(changes) }] },
    };
    try {
      const answer = await call(url, token, 'POST', '/v1/intercepts', wanted);
      const { id } = await answer.json();
      if (id !== undefined) await call(url, token, 'DELETE', `/v1/intercepts/${id}`);
      changes += 2;
    } catch {
      await sleep(50); // The manager is away at this moment.
    }
    await sleep(ruleEveryMs);
  }
  return changes;
};

const main = async (seconds) => {
  let manager = await startManager();
  const { url } = manager.ready;
  const agent = await startAgent(url, await startService('pod'));
  const you = await startService('you');
  let laptop = await startLaptop(url, you);
  const token = ownerToken();
  const { key } = await (await call(url, token, 'GET', '/v1/me')).json();
  const service = `http://${agent.ready.listen[0]}`;
  const work = [
    ...Array.from({ length: connections }, (_, index) => unmatched(service, `c${index}`)),
    matched(service, key),
  ];
  const rules = changeRules(url, token);
  for (let times = 0; times < 10; times++) {
    await sleep((seconds * 1000) / 20);
    manager.child.kill('SIGKILL');
    await once(manager.child, 'exit');
    manager = await startManager(new URL(url).host);
    await sleep((seconds * 1000) / 20);
    laptop.child.kill('SIGKILL');
    laptop = await startLaptop(url, you);
  }
  over = true;
  await Promise.all(work);
  return { ...counts, changes: await rules };
};

/** Resolves with 0 when no request without the key failed or got another's answer. */
export const soak = async ({ seconds = 30 }) => {
  try {
    const result = await main(seconds);
    const isWell = result.failed === 0 && result.wrong === 0 && result.byLaptop > 0;
    process.stdout.write(
      `storm: ${result.unmatched} requests without the key, ${result.failed} failed, ` +
        `${result.wrong} wrong answers; ${result.matched} with it, ${result.byLaptop} answered by ` +
        `the laptop, ${result.broken} broken; manager and laptop killed 10 times, ` +
        `${result.changes} changes of rules: ${isWell ? 'ok' : 'FAILED'}\n`,
    );
    for (const example of examples.slice(0, 5)) process.stdout.write(`  ${example}\n`);
    return isWell ? 0 : 1;
  } finally {
    endAll();
  }
};
