// Damages connections of HTTP/2 on their way through a real agent to a node:http2 server. What the
// agent counts as requests is what its session reads in the same bytes, nothing else arrives, the
// agent lives, and another connection never notices.
import { once } from 'node:events';
import { connect, createServer } from 'node:http2';
import { createConnection } from 'node:net';
import { endAll, memoryMb, startProgram } from './programs.js';

const importBuilt = (name) => import(`../../dist/protocol/http2/${name}.js`);
const kinds = [0, 0, 1, 1, 1, 1, 1, 2, 3, 4, 6, 7, 8, 9, 10];
const begin = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1');
const grow = 64;

/** Numbers below `limit` that a seed decides (mulberry32). */
const randomFrom = (seed) => {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
};

const frame = (type, flags, stream, payload) => {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
};

/** The bytes of one connection: requests whose path is their number, and whatever else. */
const makeConnection = (random, number) => {
  const frames = [];
  const count = 1 + random(12);
  for (let index = 0; index < count; index++) {
    const type = kinds[random(kinds.length)];
    const stream = 1 + 2 * random(6);
    const path = `/${number}-${index}`;
    const block = [0x83, 0x86, 0x41, 1, 0x61, 0x44, path.length];
    const bytes = Buffer.from(Array.from({ length: random(20) }, () => random(256)));
    const payload = type === 1 ? Buffer.concat([Buffer.from(block), Buffer.from(path)]) : bytes;
    const flags = type === 1 ? 4 + random(2) : random(256);
    frames.push(frame(type, flags, type === 1 ? 1 + 2 * index : stream, payload));
  }
  const all = Buffer.concat([begin, ...frames]);
  for (let changes = random(3); changes > 0; changes--) {
    all[begin.length + random(all.length - begin.length)] = random(256);
  }
  return all;
};

/** How many requests the agent's session reads in these bytes. */
const countRequests = ({ Http2Session, nearLimits }, bytes) => {
  let requests = 0;
  const session = new Http2Session('server', nearLimits, {
    wake: () => {},
    request: () => {
      requests += 1;
    },
    oversized: () => {},
    settings: () => {},
    goaway: () => {},
    streamClosed: () => {},
    over: () => {},
  });
  session.take(Buffer.from(bytes));
  return requests;
};

/** Sends the bytes in pieces and the end behind them; resolves when the agent has closed. */
const send = async (port, bytes, random) => {
  const socket = createConnection({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => {});
  socket.resume();
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + random(bytes.length);
    socket.write(bytes.subarray(at, end));
    at = end;
    if (random(3) === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end();
  if (!socket.destroyed) await once(socket, 'close');
};

const startServer = async () => {
  const arrived = new Set();
  const server = createServer({ maxSessionInvalidFrames: 1e6 });
  server.on('session', (session) => session.on('error', () => {}));
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    if (headers[':path'] !== '/healthy') arrived.add(headers[':path']);
    stream.respond({ ':status': 200 });
    stream.end('pod');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, arrived };
};

const openHealthy = (port) => {
  const session = connect(`http://127.0.0.1:${port}`);
  return async () => {
    const stream = session.request({ ':path': '/healthy' });
    stream.resume();
    const [headers] = await once(stream, 'response');
    if (headers[':status'] !== 200) throw new Error('another connection was disturbed');
  };
};

const countedBy = async (admin) => {
  const text = await (await fetch(`http://${admin}/metrics`)).text();
  return Number(/verdict="unmatched"\S* (\d+)/.exec(text)?.[1]);
};

const run = async ({ seconds, seed }) => {
  const reader = {
    ...(await importBuilt('session')),
    ...(await import('../../dist/agent/http2/limits.js')),
  };
  const { server, arrived } = await startServer();
  const upstream = `127.0.0.1:${server.address().port}`;
  const { child, ready } = await startProgram(
    'byway-agent.js',
    [
      ...['--workload', 'soak', '--listen', '127.0.0.1:0', '--upstream', upstream],
      ...['--manager', 'http://127.0.0.1:1', '--admin', '127.0.0.1:0'],
    ],
    { BYWAY_TOKEN: 'none' },
  );
  const port = Number(ready.listen[0].split(':').at(-1));
  const ask = openHealthy(port);
  const random = randomFrom(seed);
  const end = Date.now() + seconds * 1000;
  let [number, expected, healthy, before] = [0, 0, 0, 0];
  while (Date.now() < end) {
    const batch = Array.from({ length: 16 }, () => makeConnection(random, ++number));
    for (const bytes of batch) expected += countRequests(reader, bytes);
    await Promise.all([
      ask(),
      ...batch.map((bytes, index) => send(port, bytes, randomFrom(number + index))),
    ]);
    healthy += 1;
    if (healthy === 100) before = memoryMb(child);
    const counted = await countedBy(ready.admin);
    if (counted !== expected + healthy) {
      throw new Error(
        `connection ${number - 15} to ${number}: ${counted - healthy} requests counted, ${expected} expected`,
      );
    }
    if (arrived.size > expected) throw new Error(`${arrived.size} requests arrived of ${expected}`);
    if (child.exitCode !== null) throw new Error('the agent has ended');
  }
  const grown = before === 0 ? 0 : memoryMb(child) - before;
  if (grown > grow) throw new Error(`the agent grew by ${grown} MB`);
  process.stdout.write(
    `fuzz-http2: ${number} connections, ${expected} requests, ${arrived.size} arrived, ${Math.round(grown)} MB more\n`,
  );
};

/** Resolves with 0 when nothing was found. */
export const soak = async ({ seconds = 600, seed = Date.now() % 1_000_000_000 }) => {
  process.stdout.write(`fuzz-http2: ${seconds} s with seed ${seed} (--seconds, --seed)\n`);
  try {
    await run({ seconds, seed });
    process.stdout.write('fuzz-http2: ok\n');
    return 0;
  } catch (error) {
    process.stdout.write(`fuzz-http2: FAILED: ${error.message}\n`);
    return 1;
  } finally {
    endAll();
  }
};
