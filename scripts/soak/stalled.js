// Hundreds of downloads through the tunnel that nobody reads, and as many uploads that the app does
// not read, beside one quick request: what it costs the quick one, and how much memory the three
// programs take. Linux only: it reads /proc.
import { once } from 'node:events';
import { Agent, createServer, get } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { endAll, memoryMb, ownerToken, startAgent, startLaptop, startManager } from './programs.js';

const stalledMax = 300;
const bodyBytes = 64 * 1024 * 1024;
const quickTimes = 300;
/** MB that a program may take in addition: what may wait unread, twice for copies on their way. */
const growthMax = 256;

/** Answers `/big` with 64 MB, `/quick` with a word, and never reads a body sent to `/sink`. */
const startApp = async () => {
  const chunk = Buffer.alloc(256 * 1024, 'x');
  const server = createServer((request, answer) => {
    if (request.url === '/sink') return;
    if (request.url === '/quick') {
      answer.end('quick');
      return;
    }
    answer.writeHead(200, { 'content-length': bodyBytes });
    let left = bodyBytes / chunk.length;
    const write = () => {
      while (left > 0) {
        left -= 1;
        if (!answer.write(chunk)) return;
      }
      answer.end();
    };
    answer.on('drain', write);
    write();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

const stall = (port, key, method, path) => {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const length = method === 'POST' ? `Content-Length: ${bodyBytes}\r\n` : '';
  socket.write(`${method} ${path} HTTP/1.1\r\nHost: soak\r\nx-byway-id: ${key}\r\n${length}\r\n`);
  if (method === 'GET') {
    socket.once('readable', () => {}); // Begins to read, and then no more.
    socket.pause();
    return socket;
  }
  const chunk = Buffer.alloc(64 * 1024, 'y');
  let left = bodyBytes / chunk.length;
  const write = () => {
    while (left > 0) {
      left -= 1;
      if (!socket.write(chunk)) return;
    }
  };
  socket.on('drain', write);
  write();
  return socket;
};

/** Milliseconds of quick requests, one after another: median and 99th percentile. */
const quick = async (url, key) => {
  const agent = new Agent({ keepAlive: true });
  const times = [];
  for (let count = 0; count < quickTimes; count++) {
    const since = performance.now();
    await new Promise((resolve, reject) => {
      const request = get(`${url}/quick`, { agent, headers: { 'x-byway-id': key } }, (answer) => {
        answer.resume();
        answer.on('end', resolve);
      });
      request.on('error', reject);
      request.setTimeout(20_000, () => request.destroy(new Error('a quick request hung')));
    });
    times.push(performance.now() - since);
  }
  agent.destroy();
  times.sort((one, other) => one - other);
  return { p50: times[times.length >> 1], p99: times[Math.floor(times.length * 0.99)] };
};

const main = async () => {
  const manager = await startManager();
  const app = await startApp();
  const agent = await startAgent(manager.ready.url, app.address().port);
  const laptop = await startLaptop(manager.ready.url, app.address().port);
  const programs = { agent: agent.child, manager: manager.child, session: laptop.child };
  const headers = { authorization: `Bearer ${ownerToken()}` };
  const { key } = await (await fetch(`${manager.ready.url}/v1/me`, { headers })).json();
  const [host, port] = agent.ready.listen[0].split(':');
  const url = `http://${host}:${port}`;
  const memory = () => Object.values(programs).map(memoryMb);
  await quick(url, key);
  const calm = await quick(url, key);
  const before = memory();
  let well = true;
  for (const [method, path] of [
    ['GET', '/big'],
    ['POST', '/sink'],
  ]) {
    const sockets = Array.from({ length: stalledMax }, () => stall(port, key, method, path));
    const peaks = [0, 0, 0];
    for (let second = 0; second < 8; second++) {
      await sleep(1_000);
      for (const [index, mb] of memory().entries()) peaks[index] = Math.max(peaks[index], mb);
    }
    const busy = await quick(url, key);
    for (const socket of sockets) socket.destroy();
    const growth = peaks.map((mb, index) => mb - before[index]);
    const isWell = growth.every((mb) => mb <= growthMax);
    well &&= isWell;
    process.stdout.write(
      `stalled: ${stalledMax} ${method} stalled; quick p50 ${calm.p50.toFixed(2)} -> ${busy.p50.toFixed(2)} ms, ` +
        `p99 ${calm.p99.toFixed(2)} -> ${busy.p99.toFixed(2)} ms; ` +
        `${Object.keys(programs)
          .map((name, index) => `${name} +${growth[index].toFixed(0)} MB`)
          .join(', ')}: ${isWell ? 'ok' : 'FAILED'}\n`,
    );
    await sleep(2_000);
  }
  app.closeAllConnections();
  app.close();
  return well ? 0 : 1;
};

/** Resolves with 0 when the quick requests came through and memory stayed bounded. */
export const soak = async () => {
  try {
    return await main();
  } finally {
    endAll();
  }
};
