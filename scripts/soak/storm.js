// 64 connections without the key for 30 s, while the manager is killed and restarted, rules change
// 100 times a second and more, and the laptop dies and returns: no request may fail, and each answer
// must be the pod's answer to that very request. Requests with the key go beside them. Sends to
// loopback only.
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, changeRules } from './changes.js';
import {
  endAll,
  metricsOf,
  ownerToken,
  startAgent,
  startLaptop,
  startManager,
  startService,
} from './programs.js';

const connections = 64;
const changesPerSecondMin = 100;
/** Without a byte for so long a connection counts as failed. */
const silenceMs = 20_000;

const counts = { unmatched: 0, failed: 0, wrong: 0, matched: 0, byLaptop: 0, broken: 0 };
const examples = [];
let over = false;

const ask = (url, path, agent, headers = {}) =>
  new Promise((resolve, reject) => {
    const asked = get(new URL(path, url), { agent, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece) => {
        text += piece;
      });
      answer.on('end', () => resolve(text));
      answer.on('error', reject);
    });
    asked.on('error', reject);
    asked.on('timeout', () => asked.destroy(new Error('nothing came')));
  });

const unmatched = async (url, name) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, timeout: silenceMs });
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
  const agent = new Agent({ keepAlive: true, maxSockets: 1, timeout: silenceMs });
  for (let number = 0; !over; number++) {
    const text = await ask(url, `/mine/${number}`, agent, { 'x-byway-id': key }).catch(() => '');
    counts.matched++;
    if (text.startsWith('you ')) counts.byLaptop++;
    if (!text.endsWith(` /mine/${number}`)) counts.broken++;
  }
  agent.destroy();
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
  const rules = changeRules(url, token, () => over);
  const began = { at: performance.now(), changes: await changesOf(agent) };
  for (let times = 0; times < 10; times++) {
    await sleep((seconds * 1000) / 20);
    manager.child.kill('SIGKILL');
    await once(manager.child, 'exit');
    manager = await startManager(new URL(url).host);
    await sleep((seconds * 1000) / 20);
    laptop.child.kill('SIGKILL');
    laptop = await startLaptop(url, you);
  }
  const applied = (await changesOf(agent)) - began.changes;
  const lasted = (performance.now() - began.at) / 1000;
  over = true;
  await Promise.all(work);
  return { ...counts, made: await rules, applied, perSecond: applied / lasted };
};

const changesOf = async (agent) => (await metricsOf(agent)).byway_agent_rule_changes_total;

/** Resolves with 0 when no request without the key failed or got another's answer. */
export const soak = async ({ seconds = 30 }) => {
  try {
    const result = await main(seconds);
    const isWell =
      result.failed === 0 &&
      result.wrong === 0 &&
      result.byLaptop > 0 &&
      result.perSecond >= changesPerSecondMin;
    process.stdout.write(
      `storm: ${result.unmatched} requests without the key, ${result.failed} failed, ` +
        `${result.wrong} wrong answers; ${result.matched} with it, ${result.byLaptop} answered by ` +
        `the laptop, ${result.broken} broken; manager and laptop killed 10 times, ` +
        `${result.made} changes of rules made, ${result.applied} applied by the agent ` +
        `(${result.perSecond.toFixed(0)}/s, at least ${changesPerSecondMin}): ${isWell ? 'ok' : 'FAILED'}\n`,
    );
    for (const example of examples.slice(0, 5)) process.stdout.write(`  ${example}\n`);
    return isWell ? 0 : 1;
  } finally {
    endAll();
  }
};
