// What the soak of sessions asks its manager about, in a process of its own so that it takes no time
// from the asking: agents and laptops, made of the programs' own parts. Told what to be over IPC
// (`agents`, `laptops`) and which intercept to follow (`follow`), and tells when a rule is in effect
// and when its laptop is told that it is ready.
import { setMaxListeners } from 'node:events';
import { get } from 'node:http';
import { startManagerLink } from '../../dist/agent/manager-link/link.js';
import { NearMisses } from '../../dist/agent/near-misses/near-misses.js';
import { RuleTable } from '../../dist/agent/rule-table.js';
import { newIdentifier } from '../../dist/base/identifier.js';
import { answerProbe } from '../../dist/tunnel/arrivals.js';
import { dialTunnel } from '../../dist/tunnel/dial.js';
import { serveLaptopEnd } from '../../dist/tunnel/laptop-end.js';
import { inTurns } from './in-turns.js';

const port = 8080;
/** Tunnels dialled at once. */
const atOnce = 4;
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const signal = new AbortController().signal;
setMaxListeners(0, signal);

/** Milliseconds on a clock that all processes of this machine share. */
const now = () => Number(process.hrtime.bigint()) / 1e6;
const tell = (what, id) => process.send({ what, id, at: now() });

const startAgent = (manager, token, name) => {
  const table = new RuleTable();
  const apply = table.apply.bind(table);
  table.apply = (event) => {
    const applied = apply(event);
    if (event.type === 'put' && event.rule.state === 'active') tell('effect', event.rule.id);
    return applied;
  };
  const workload = { namespace: 'default', kind: 'process', name };
  const agent = newIdentifier('ag');
  startManagerLink({
    address: { workload, manager, agent, token: async () => token },
    ports: [port],
    table,
    nearMisses: new NearMisses(table),
    log: silent,
    signal,
  });
};

const startLaptop = async (manager, { token, session }) => {
  const headers = { 'x-byway-session': session };
  const socket = await dialTunnel({ manager, token, role: 'laptop', headers, signal });
  serveLaptopEnd(socket, (arrival) => {
    arrival.stream.resume();
    answerProbe(arrival, '0.10');
  });
};

/** Listens to an intercept's events until it ends, as each session does. */
const follow = ({ url, token, id }) =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    const asked = get(`${url}/v1/intercepts/${id}/events`, { agent: false, headers });
    asked.on('error', reject);
    asked.on('response', (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`events: ${answer.statusCode}`));
      resolve();
      answer.on('error', () => {}); // The manager ends before this process does.
      answer.on('data', (text) => {
        if (text.includes('event: ready\n')) tell('ready', id);
      });
    });
  });

const acts = {
  agents: ({ url, token, names }) => {
    for (const name of names) startAgent(new URL(url), token, name);
  },
  laptops: ({ url, laptops }) =>
    inTurns(laptops, (laptop) => startLaptop(new URL(url), laptop), atOnce),
  follow,
};

process.on('message', async (message) => {
  await acts[message.act](message);
  process.send({ what: 'done', number: message.number });
});
process.on('disconnect', () => process.exit());
