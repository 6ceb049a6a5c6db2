import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ArrivalLog } from '../../../src/cli/assertion/arrival-log.ts';
import { askArrivals, askLeave, askStatus, askToAdd } from '../../../src/cli/control/client.ts';
import { removeDeadSockets } from '../../../src/cli/control/dead-sockets.ts';
import { bodyBytesMax, connectionsMax, followersMax } from '../../../src/cli/control/limits.ts';
import type { AddMessage, ControlStatus } from '../../../src/cli/control/messages.ts';
import { type ControlHandlers, startControlServer } from '../../../src/cli/control/server.ts';
import { socketPath } from '../../../src/cli/control/socket-path.ts';
import { Recorder } from '../../../src/cli/recorder/recorder.ts';
import type { ExchangeSource } from '../../../src/cli/recorder/source.ts';
import { sessionExchanges } from '../../../src/cli/replay/session-exchanges.ts';
import { PatternFault } from '../../../src/protocol/match/pattern/fault.ts';
import { until } from '../../support/until.ts';
import { afterwards, cleanUp, newFolder } from '../folder.ts';

afterEach(cleanUp);

const status: ControlStatus = {
  control: 1,
  version: '0.1.0',
  session: 'se_a',
  pid: 1,
  background: true,
  shares: true,
  manager: 'http://127.0.0.1:7070/',
  user: 'ada',
  log: null,
  tunnel: { state: 'connected', latencyMs: 0.5, attempt: null, retryInMs: null },
  intercepts: [],
};

const message: AddMessage = {
  plan: {
    name: 'pricing',
    localPort: 3000,
    remotePort: undefined,
    match: { key: 'personal' },
    forSeconds: undefined,
    guards: undefined,
    command: [],
  },
  token: 'secret',
};

const noExchanges = (): ExchangeSource =>
  sessionExchanges({
    recorder: new Recorder(),
    findPort: async () => undefined,
    sendToPod: async () => Buffer.alloc(0),
  });

const begin = async (handlers: Partial<ControlHandlers> = {}) => {
  const folder = join(await newFolder(), 'sessions');
  const path = await socketPath(folder, 'se_a');
  const server = await startControlServer(path, {
    status: () => status,
    leave: async (id) => id === 'ic_a',
    add: async () => ({ type: 'exited', code: 3 }),
    exchanges: noExchanges(),
    arrivals: (question) => new ArrivalLog().answer(question),
    ...handlers,
  });
  afterwards(server.close);
  return { folder, path, server };
};

/** Sends bytes and resolves with all that comes back until the connection is closed. */
const raw = (path: string, bytes: string): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    const socket = connect(path, () => socket.write(bytes));
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {});
    socket.once('close', () => resolve(text));
    afterwards(() => socket.destroy());
  });

const head = (line: string, more = ''): string =>
  `${line} HTTP/1.1\r\nHost: byway\r\nx-byway-control: 1\r\n${more}\r\n`;

test('a session says how it is, ends an intercept, and takes one in', async () => {
  const added: AddMessage[] = [];
  const { path } = await begin({
    add: async (wanted) => {
      added.push(wanted);
      return { type: 'exited', code: 3 };
    },
  });
  expect(await askStatus(path)).toEqual(status);
  await askLeave(path, 'ic_a');
  await expect(askLeave(path, 'ic_b')).rejects.toMatchObject({ name: 'ControlRefused' });
  expect(await askToAdd(path, message)).toEqual({ type: 'exited', code: 3 });
  expect(added).toEqual([message]);
});

test('a refusal is told in its own words', async () => {
  const { path } = await begin({ add: async () => ({ type: 'refused', error: 'Not today.' }) });
  await expect(askToAdd(path, message)).rejects.toThrow('Not today.');
});

test('folder and socket are for their user alone, and the socket goes with its session', async () => {
  const { folder, path, server } = await begin();
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  server.close();
  server.close();
  await until(async () => (await readdir(folder)).length === 0, 'the end of the socket');
  await expect(askStatus(path)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a folder that was open to others is closed; a socket that is open is not asked', async () => {
  const folder = join(await newFolder(), 'sessions');
  await mkdir(folder, { mode: 0o777 });
  await chmod(folder, 0o777);
  await socketPath(folder, 'se_a');
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  const { path, folder: own } = await begin();
  await chmod(path, 0o666);
  await expect(askStatus(path)).rejects.toMatchObject({ kind: 'policy' });
  await chmod(path, 0o600);
  await chmod(own, 0o770);
  await expect(askToAdd(path, message)).rejects.toMatchObject({ kind: 'policy' });
});

test('a path that is too long for a socket is replaced by a short one', async () => {
  const folder = join(await newFolder(), 'x'.repeat(100), 'sessions');
  const path = await socketPath(folder, 'se_a');
  expect(Buffer.byteLength(path)).toBeLessThan(104);
  expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700);
});

test.each([
  ['another version', 'GET /status HTTP/1.1\r\nHost: b\r\nx-byway-control: 2\r\n\r\n', '400'],
  ['no version', 'GET /status HTTP/1.1\r\nHost: b\r\n\r\n', '400'],
  ['another path', head('GET /secrets'), '404'],
  ['another method', head('DELETE /status'), '404'],
  ['no body', head('POST /leave'), '400'],
  ['no JSON', `${head('POST /leave', 'Content-Length: 3\r\n')}{{{`, '400'],
  ['other JSON', `${head('POST /intercepts', 'Content-Length: 2\r\n')}{}`, '400'],
  ['nonsense', 'nonsense\r\n\r\n', '400'],
  ['a huge head', head('GET /status', `A: ${'x'.repeat(20_000)}\r\n`), '431'],
])('%s is refused with a status', async (_, bytes, code) => {
  const { path } = await begin();
  expect(await raw(path, bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${code} `));
  expect(await askStatus(path)).toEqual(status);
});

test('a body over the limit is refused before it is there', async () => {
  const { path } = await begin();
  const size = bodyBytesMax + 1;
  const bytes = `${head('POST /leave', `Content-Length: ${10 * size}\r\n`)}${'x'.repeat(size)}`;
  expect(await raw(path, bytes)).toMatch(/^HTTP\/1\.1 400 /);
});

test('a request that never ends is cut off', async () => {
  const { path } = await begin();
  expect(await raw(path, 'GET /status HTTP/1.1\r\nx-byway')).toMatch(/^HTTP\/1\.1 408 /);
});

test('no more than its connections are accepted, and others are served afterwards', async () => {
  const { path } = await begin();
  const idle = Array.from({ length: connectionsMax + 5 }, () => connect(path));
  const closed = { count: 0 };
  for (const socket of idle) {
    socket.on('error', () => {});
    socket.once('close', () => {
      closed.count += 1;
    });
  }
  await until(() => closed.count >= 5, 'those that are too many');
  for (const socket of idle) socket.destroy();
  await until(
    async () => (await askStatus(path).catch(() => undefined)) !== undefined,
    'an answer',
  );
});

test('events come as lines; too many followers are refused, and one that does not read is cut off', async () => {
  const { path, server } = await begin();
  const following: string[] = [];
  const follow = () => {
    const socket = connect(path, () => socket.write(head('GET /events')));
    const index = following.push('') - 1;
    socket.on('data', (chunk) => {
      following[index] = `${following[index]}${chunk}`;
    });
    socket.on('error', () => {});
    afterwards(() => socket.destroy());
    return socket;
  };
  const stuck = follow();
  for (let more = 1; more < followersMax; more += 1) follow();
  await until(() => following.every((text) => text.includes('200 OK')), 'the followers');
  expect(await raw(path, head('GET /events'))).toMatch(/^HTTP\/1\.1 503 /);
  server.tell(() => ({ event: 'paused' }));
  await until(() => following.every((text) => text.includes('{"event":"paused"}\n')), 'the event');
  stuck.pause();
  let gone = false;
  stuck.once('close', () => {
    gone = true;
  });
  for (let sent = 0; sent < 64; sent += 1) {
    server.tell(() => ({ event: 'x'.repeat(64 * 1024) }));
    await new Promise((resolve) => setImmediate(resolve));
  }
  stuck.resume();
  await until(() => gone, 'its end');
});

test('whoever asked for another one and is gone no longer wants it', async () => {
  let asked = false;
  let gone = false;
  const { path } = await begin({
    add: (_, signal) =>
      new Promise((resolve) => {
        asked = true;
        signal.addEventListener('abort', () => {
          gone = true;
          resolve({ type: 'exited', code: 143 });
        });
      }),
  });
  const body = JSON.stringify(message);
  const socket = connect(path, () =>
    socket.write(`${head('POST /intercepts', `Content-Length: ${body.length}\r\n`)}${body}`),
  );
  await until(() => asked, 'the question');
  socket.destroy();
  await until(() => gone, 'the news');
});

test('a session that is stopped, or is none, is not waited for', async () => {
  const folder = join(await newFolder(), 'sessions');
  const path = await socketPath(folder, 'se_mute');
  const mute = createServer(() => {});
  await new Promise<void>((resolve) => mute.listen(path, resolve));
  afterwards(() => mute.close());
  await chmod(path, 0o600);
  await expect(askStatus(path)).rejects.toMatchObject({ kind: 'not_ready' });
  const odd = await socketPath(folder, 'se_odd');
  const other = createServer((socket) =>
    socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[]'),
  );
  await new Promise<void>((resolve) => other.listen(odd, resolve));
  afterwards(() => other.close());
  await chmod(odd, 0o600);
  await expect(askStatus(odd)).rejects.toThrow('unknown form');
});

test('sockets that nobody listens on are removed, and no other', async () => {
  const { folder, path } = await begin();
  const dead = join(folder, 'se_dead.sock');
  const script = `require('node:net').createServer().listen(${JSON.stringify(dead)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script]);
  expect(await readdir(folder)).toEqual(['se_a.sock', 'se_dead.sock']);
  await removeDeadSockets(folder);
  expect(await readdir(folder)).toEqual(['se_a.sock']);
  expect(await askStatus(path)).toEqual(status);
});

test('questions about what came are answered, and what is no question is refused', async () => {
  const { path } = await begin({
    arrivals: (question) => {
      if (question.after === 1) throw new PatternFault('bad', 0);
      return new ArrivalLog().answer(question);
    },
  });
  const question = { intercepts: [], conditions: [], statuses: [], since: null, after: 0 };
  expect(await askArrivals(path, question)).toMatchObject({ last: 0, matched: 0, forgotten: 0 });
  await expect(askArrivals(path, { ...question, after: 1 })).rejects.toThrow("can't be used");
  await expect(askArrivals(path, { ...question, after: -1 })).rejects.toThrow('not understood');
});
