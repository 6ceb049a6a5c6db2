import { readdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { afterwards, cleanUp } from '../folder.ts';
import { endAll, type Running, start } from './process.ts';
import { serveText, startWorld, unusedPort, type World } from './world.ts';

let world: World;
const sessions: Running[] = [];
beforeAll(async () => {
  world = await startWorld();
});
afterEach(async () => {
  for (const session of sessions.splice(0)) {
    session.child.kill('SIGKILL');
    await session.ended;
  }
  await world.byway(['leave', '--all']);
});
afterAll(async () => {
  await endAll();
  await cleanUp();
});

const intercept = (args: readonly string[], more?: NodeJS.ProcessEnv): Running => {
  const session = world.startByway(['intercept', ...args], more);
  sessions.push(session);
  return session;
};

const lines = ({ stdout }: Running): Record<string, unknown>[] =>
  stdout()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const listed = async (): Promise<readonly Record<string, unknown>[]> =>
  JSON.parse((await world.byway(['list', '--json'])).stdout).intercepts;

test('requests with the key come here, all others go to the pod, and Ctrl-C ends it', async () => {
  const port = await serveText('laptop');
  const session = intercept(['pricing', '--port', String(port)]);
  await session.says(
    /ready in .* your key \S{4}…\S{3}\nprobe: agent .*, tunnel .* \(to manager .*, to laptop .*\), you /,
  );
  expect(await world.ask('/price/1', world.key)).toBe('laptop GET /price/1');
  expect(await world.ask('/price/1')).toBe('pod GET /price/1');
  await session.says(/\d\d:\d\d:\d\d {2}GET {4}\/price\/1 +200 +\S+ ms/);
  session.child.kill('SIGINT');
  expect(await session.ended).toBe(130);
  expect(session.stderr()).toContain('pricing serves its own traffic again.');
  expect(session.stdout()).toBe('');
  expect(await world.ask('/price/1', world.key)).toBe('pod GET /price/1');
  expect(await listed()).toEqual([]);
  expect(await readdir(join(world.environment['BYWAY_CONFIG_DIR'] ?? '', 'sessions'))).toEqual([]);
});

test('--json prints lines for programs, the first of which is ready', async () => {
  const port = await serveText('laptop');
  const session = intercept(['pricing', '--port', String(port), '--json']);
  await session.says('"event":"ready"');
  await world.ask(`/price?key=${world.key}`, world.key);
  await session.says('"event":"request"');
  session.child.kill('SIGTERM');
  expect(await session.ended).toBe(143);
  // Counts come when the agent has reported them, at any time.
  const [ready, request, ended] = lines(session).filter(({ event }) => event !== 'counts');
  expect(ready).toEqual({
    event: 'ready',
    intercept: 'pricing',
    id: expect.stringMatching(/^ic_/),
    port,
    legsMs: {
      agent: expect.any(Number),
      tunnel: expect.any(Number),
      manager: expect.any(Number),
      laptop: expect.any(Number),
      local: expect.any(Number),
    },
  });
  expect(request).toEqual({
    event: 'request',
    id: 'rq_1',
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    method: 'GET',
    path: '/price?key=[redacted:BYWAY_KEY]',
    status: 200,
    ms: expect.any(Number),
    servedBy: 'local',
  });
  expect(ended).toEqual({ event: 'ended', reason: 'stopped' });
});

test('intercept NAME --http-header is the same as byway intercept NAME --http-header', async () => {
  const port = await serveText('laptop');
  const session = start('intercept', ['pricing', '--http-header', '--port', String(port)], {
    environment: world.environment,
  });
  sessions.push(session);
  await session.says('ready in');
  expect(await world.ask('/', world.key)).toBe('laptop GET /');
});

test('a header of one’s own decides, and status and list say so', async () => {
  const port = await serveText('laptop');
  const session = intercept(['pricing', '--port', String(port), '--http-header', 'x-tenant: a, b']);
  await session.says('ready in');
  const answer = await fetch(`http://127.0.0.1:${world.agentPort}/h`, {
    headers: { 'x-tenant': 'a, b' },
  });
  expect(await answer.text()).toBe('laptop GET /h');
  expect(await world.ask('/h', world.key)).toBe('pod GET /h');
  const status = await world.byway(['status', 'pricing']);
  expect(status.stdout).toContain(`pricing → localhost:${port}   ● active`);
  expect(status.stdout).toContain('match   header x-tenant = "a, b"');
  const list = await world.byway(['list']);
  expect(list.stdout).toMatch(/pricing .*localhost:\d+ .*header x-tenant = "a, b" +active/);
  expect(JSON.parse((await world.byway(['status', '--json'])).stdout)).toMatchObject({
    intercepts: [{ localPort: port, state: 'active' }],
  });
});

test('flags narrow the key, an expression makes a rule of its own, both at once', async () => {
  const mine = ['pricing', '--port', String(await serveText('mine'))];
  const narrowed = intercept([...mine, '--http-path-prefix', '/api/', '--http-method', 'get']);
  await narrowed.says('ready in');
  const rule = 'baggage("tenant") == "acme" and not path.matches("/health.*") or query("debug")';
  const wide = intercept([
    'pricing',
    ...['--port', String(await serveText('wide'))],
    ...['--match', `(${rule})`, '--http-path-regex', '/[a-z]+'],
  ]);
  await wide.says('ready in');
  expect(await world.ask('/api/x', world.key)).toBe('mine GET /api/x');
  expect(await world.ask('/cart', world.key)).toBe('pod GET /cart');
  const ask = async (path: string, baggage: string): Promise<string> => {
    const url = `http://127.0.0.1:${world.agentPort}${path}`;
    return await (await fetch(url, { headers: { baggage } })).text();
  };
  expect(await ask('/cart', 'a=1, tenant = %61cme;p')).toBe('wide GET /cart');
  expect(await ask('/cart?debug', 'tenant=other')).toBe('wide GET /cart?debug');
  expect(await ask('/healthz', 'tenant=acme')).toBe('pod GET /healthz');
  expect(await ask('/cart/1', 'tenant=acme')).toBe('pod GET /cart/1');
  const list = (await world.byway(['list'])).stdout;
  expect(list).toContain('your key and path starts with "/api/" and method = "GET"');
});

test('a port that nobody listens on is a warning, and so is its coming back a message', async () => {
  const port = await unusedPort();
  const session = intercept(['pricing', '--port', String(port)]);
  await session.says(`▲ Nothing listens on localhost:${port}.`);
  expect(session.stderr()).toContain('you refused');
  expect(await world.ask('/', world.key)).toBe('pod GET /');
  const server = createServer((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nlate'));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  afterwards(() => server.close());
  expect(await world.ask('/', world.key)).toBe('late');
  await session.says('accepts connections again');
});

test('leave in another terminal ends it with 0, and says by whom', async () => {
  const port = await serveText('laptop');
  const session = intercept(['pricing', '--port', String(port)]);
  await session.says('ready in');
  const left = await world.byway(['leave', 'process/pricing', '--json']);
  expect(left).toMatchObject({ code: 0, stderr: 'pricing serves its own traffic again.\n' });
  expect(JSON.parse(left.stdout).left).toHaveLength(1);
  expect(await session.ended).toBe(0);
  expect(session.stderr()).toContain('Left by ');
  expect(await world.ask('/', world.key)).toBe('pod GET /');
});

test('--for ends it by itself with 0', async () => {
  const port = await serveText('laptop');
  const session = intercept(['pricing', '--port', String(port), '--for', '1s']);
  expect(await session.ended).toBe(0);
  expect(session.stderr()).toContain('Its time is over.');
});

test('a request in the middle is finished after Ctrl-C', async () => {
  const slow = await slowApp();
  const session = intercept(['pricing', '--port', String(slow.port)]);
  await session.says('ready in');
  const answer = world.ask('/slow', world.key);
  await until(() => slow.waiting() === 1);
  session.child.kill('SIGINT');
  await until(async () => (await listed()).length === 0, 'leaving');
  slow.answer();
  expect(await answer).toBe('slow but whole');
  expect(await session.ended).toBe(130);
});

test('a second Ctrl-C stops at once', async () => {
  const slow = await slowApp();
  const session = intercept(['pricing', '--port', String(slow.port)]);
  await session.says('ready in');
  const answer = world.ask('/slow', world.key).catch(() => 'broken');
  await until(() => slow.waiting() === 1);
  const since = performance.now();
  session.child.kill('SIGINT');
  await until(async () => (await listed()).length === 0, 'leaving');
  session.child.kill('SIGINT');
  expect(await session.ended).toBe(130);
  expect(performance.now() - since).toBeLessThan(4_000);
  expect(session.stderr()).toContain('Stopped at once.');
  await answer;
});

test('kill -9 leaves nothing that harms: the pod answers at once', async () => {
  const port = await serveText('laptop');
  const session = intercept(['pricing', '--port', String(port)]);
  await session.says('ready in');
  session.child.kill('SIGKILL');
  await session.ended;
  expect(await world.ask('/', world.key)).toBe('pod GET /');
  await until(async () => (await listed())[0]?.['state'] === 'disconnected', 'the state');
  expect((await world.byway(['list'])).stdout).not.toContain('localhost:');
  const again = intercept(['pricing', '--port', String(port)]);
  await again.says('ready in');
  expect(await world.ask('/', world.key)).toBe('laptop GET /');
});

test('a killed manager is survived: the pod answers, then the same intercept is back', async () => {
  const port = await serveText('laptop');
  const session = intercept(['pricing', '--port', String(port), '--json']);
  await session.says('"event":"ready"');
  const [before] = await listed();
  await world.restartManager();
  await session.says('"state":"reconnecting"');
  await session.says(/"state":"connected"[\s\S]*"event":"ready"/);
  expect((await listed())[0]?.['id']).toBe(before?.['id']);
  await until(
    async () => (await world.ask('/', world.key)) === 'laptop GET /',
    'being served again',
  );
});

test('a reader of the lines that goes away ends the session', async () => {
  const port = await serveText('laptop');
  const session = intercept(['pricing', '--port', String(port), '--json']);
  await session.says('"event":"ready"');
  session.child.stdout?.destroy();
  await world.ask('/', world.key);
  expect(await session.ended).toBe(141);
  expect(await listed()).toEqual([]);
});

/** An app that answers when it is told to. */
const slowApp = async () => {
  const waiting: (() => void)[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      waiting.push(() => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\nslow but whole'));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => server.close());
  return {
    port: (server.address() as AddressInfo).port,
    waiting: () => waiting.length,
    answer: () => {
      for (const answer of waiting) answer();
    },
  };
};
