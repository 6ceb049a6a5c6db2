// Streams of every kind through the finished programs: a gigabyte both ways at once, thousands of
// small requests at a thousand a time, a WebSocket and a gRPC call that stay open meanwhile, and
// resets in every state. Counts files and memory before and after. Linux only: it reads /proc.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { Agent, get, request } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { endAll, memoryMb, ownerToken, startAgent, startLaptop, startManager } from './programs.js';
import { startStreamsApp } from './streams-app.js';

const usualSeconds = 600;
const echoBytes = 1024 ** 3;
const smallRequests = 10_000;
const smallAtOnce = 1_000;
const resetsEach = 40;
/** Milliseconds for idle streams and closed connections to be gone. */
const settleMsMax = 15_000;
const growthMbMax = 150;

const headersOf = ({ key }) => ({ 'x-byway-id': key });

/** A gigabyte up and the same down at the same time; true when it came back as it was. */
const echo = async (world) => {
  const [sent, received] = [createHash('sha256'), createHash('sha256')];
  const block = randomBytes(1024 * 1024);
  const blocks = function* () {
    for (let count = 0; count < echoBytes / block.length; count++) {
      block.writeUInt32BE(count);
      const bytes = Buffer.from(block);
      sent.update(bytes);
      yield bytes;
    }
  };
  const since = performance.now();
  const posting = request(`${world.url}/echo`, {
    method: 'POST',
    headers: { ...headersOf(world), 'content-length': echoBytes },
  });
  Readable.from(blocks()).pipe(posting);
  const [answer] = await once(posting, 'response');
  for await (const bytes of answer) received.update(bytes);
  const seconds = (performance.now() - since) / 1000;
  return { same: sent.digest('hex') === received.digest('hex'), seconds };
};

const askSmall = (world, agent, path) =>
  new Promise((resolve) => {
    const asking = get(`${world.url}${path}`, { agent, headers: headersOf(world) }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => {
        const { 'x-byway-served-by': by = 'nobody', 'x-byway-error': why } = answer.headers;
        const well = text === path && by.includes('@');
        resolve(well ? undefined : (why ?? `${answer.statusCode} by ${by}`));
      });
      answer.on('error', (error) => resolve(error.code));
    });
    asking.on('error', (error) => resolve(error.code));
  });

/** What became of the small requests that the laptop did not answer whole. */
const small = async (world) => {
  const agent = new Agent({ keepAlive: true, maxSockets: smallAtOnce });
  const outcomes = await Promise.all(
    Array.from({ length: smallRequests }, () => askSmall(world, agent, '/slow')),
  );
  agent.destroy();
  return outcomes.filter((fault) => fault !== undefined);
};

/** An echo that stays open: `ping` says whether a message came back. */
const openWebSocket = async (world) => {
  const opening = request(`${world.url}/socket`, {
    headers: { ...headersOf(world), connection: 'Upgrade', upgrade: 'websocket' },
  });
  opening.end();
  const [, socket] = await once(opening, 'upgrade');
  return echoing(socket, () => socket.destroy());
};

const openCall = async (world) => {
  const session = connectHttp2(world.url);
  session.on('error', () => {});
  const stream = session.request({
    ...{ ':method': 'POST', ':path': '/shop.Echo/Both', 'content-type': 'application/grpc' },
    ...{ te: 'trailers', ...headersOf(world) },
  });
  return echoing(stream, () => session.destroy());
};

const echoing = (duplex, close) => {
  let text = '';
  let count = 0;
  duplex.on('error', () => {});
  duplex.on('data', (bytes) => {
    text = `${text}${bytes}`.slice(-100);
  });
  return {
    close,
    ping: async () => {
      const message = `<${++count}>`;
      if (duplex.destroyed) return false;
      duplex.write(message);
      for (let tries = 0; tries < 500; tries++) {
        if (text.endsWith(message)) return true;
        await sleep(20);
      }
      return false;
    },
  };
};

/** What a caller does before it resets its connection. */
const callerStates = ({ key }) => {
  const head = `POST /reset/never HTTP/1.1\r\nHost: a\r\nx-byway-id: ${key}\r\n`;
  const ask = (path) => `GET ${path} HTTP/1.1\r\nHost: a\r\nx-byway-id: ${key}\r\n\r\n`;
  return [
    { text: '', until: '' },
    { text: head, until: '' },
    { text: `${head}Content-Length: 9\r\n\r\nhalf`, until: '' },
    { text: ask('/reset/never'), until: '' },
    { text: ask('/idle'), until: '/idle' },
    { text: ask('/reset/after-head'), until: 'HTTP/1.1' },
    { text: ask('/reset/half-answer'), until: 'half' },
    { text: ask('/reset/half-answer-end'), until: 'half' },
  ];
};

const resetOne = async ({ port }, { text, until }) => {
  const socket = connect(port, '127.0.0.1');
  let seen = '';
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    seen += bytes;
  });
  await once(socket, 'connect');
  socket.write(text);
  for (let tries = 0; tries < 100 && !seen.includes(until) && !socket.destroyed; tries++) {
    await sleep(20);
  }
  await sleep(Math.random() * 20);
  if (!socket.destroyed) socket.resetAndDestroy();
};

const resetAll = async (world) => {
  for (const state of callerStates(world)) {
    await Promise.all(Array.from({ length: resetsEach }, () => resetOne(world, state)));
  }
};

const filesOf = ({ pid }) => readdirSync(`/proc/${pid}/fd`).length;

const count = ({ programs, app }) => ({
  files: programs.map(filesOf),
  memory: programs.map(memoryMb),
  connections: app.connections(),
});

/** Waits until as few files are open as before, and counts. */
const settled = async (world, before) => {
  const end = Date.now() + settleMsMax;
  for (;;) {
    const now = count(world);
    const isSettled =
      now.connections <= before.connections &&
      now.files.every((files, index) => files <= before.files[index]);
    if (isSettled || Date.now() > end) return { ...now, isSettled };
    await sleep(100);
  }
};

const startWorld = async () => {
  const manager = await startManager();
  const app = await startStreamsApp();
  const agent = await startAgent(manager.ready.url, app.port);
  const laptop = await startLaptop(manager.ready.url, app.port);
  laptop.child.stdout.resume();
  const headers = { authorization: `Bearer ${ownerToken()}` };
  const { key } = await (await fetch(`${manager.ready.url}/v1/me`, { headers })).json();
  const [, port] = agent.ready.listen[0].split(':');
  const programs = [agent.child, manager.child, laptop.child];
  return { url: `http://127.0.0.1:${port}`, port, key, app, programs };
};

/** Small requests, resets and messages until then; tells how many failed, why, and of memory each minute. */
const rounds = async (world, held, until, say) => {
  let [sent, pings, lost, told] = [0, 0, 0, Date.now()];
  const faults = new Map();
  do {
    for (const fault of await small(world)) faults.set(fault, (faults.get(fault) ?? 0) + 1);
    sent += smallRequests;
    await resetAll(world);
    const came = await Promise.all(held.map((one) => one.ping()));
    pings += came.length;
    lost += came.filter((well) => !well).length;
    if (Date.now() - told < 60_000) continue;
    told = Date.now();
    const memory = count(world).memory.map((mb) => mb.toFixed(0));
    say(`${sent} requests, memory ${memory.join('/')} MB (agent/manager/session)`);
  } while (Date.now() < until);
  const failed = [...faults.values()].reduce((sum, times) => sum + times, 0);
  for (const [fault, times] of faults) say(`${fault}: ${times} times`);
  say(
    `${sent} requests, ${smallAtOnce} at once, ${failed} failed; ${pings} messages on a WebSocket and a gRPC call held open, ${lost} lost`,
  );
  return { failed, lost };
};

const main = async (seconds) => {
  const until = Date.now() + seconds * 1000;
  const world = await startWorld();
  const say = (text) => process.stdout.write(`streams: ${text}\n`);
  await small(world);
  await sleep(6_000); // Idle streams end by themselves.
  const before = count(world);
  const held = [await openWebSocket(world), await openCall(world)];
  const { same, seconds: took } = await echo(world);
  say(
    `1 GB both ways at once in ${took.toFixed(1)} s, ${same ? 'the same' : 'NOT the same'} bytes`,
  );
  const { failed, lost } = await rounds(world, held, until, say);
  for (const one of held) one.close();
  const after = await settled(world, before);
  const growth = after.memory.map((mb, index) => mb - before.memory[index]);
  const well =
    same && failed + lost === 0 && after.isSettled && growth.every((mb) => mb < growthMbMax);
  say(
    `after resets in every state: files ${before.files.join('/')} -> ${after.files.join('/')}, ` +
      `connections of the app ${before.connections} -> ${after.connections}, ` +
      `memory ${growth.map((mb) => `${mb < 0 ? '' : '+'}${mb.toFixed(0)}`).join('/')} MB ` +
      `(agent/manager/session): ${well ? 'ok' : 'FAILED'}`,
  );
  world.app.end();
  return well ? 0 : 1;
};

/** Resolves with 0 when all came through and nothing was left. */
export const soak = async ({ seconds = usualSeconds }) => {
  try {
    return await main(seconds);
  } finally {
    endAll();
  }
};
