import { Agent, get, type IncomingMessage } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { cleanUp } from '../cli/folder.ts';
import { endAll, run, start } from '../cli/processes/process.ts';
import { serveText, startWorld } from '../cli/processes/world.ts';
import { openRawClient } from '../support/raw-client.ts';
import { startRawServer } from '../support/raw-server.ts';
import { until } from '../support/until.ts';

afterEach(endAll);
afterEach(cleanUp);

const environment = { PATH: process.env['PATH'], BYWAY_TOKEN: 'planted-token' };

const startAgent = async (upstream: number, ...more: readonly string[]) => {
  const agent = start(
    'byway-agent',
    [
      ...[
        '--workload',
        'pricing',
        '--listen',
        '127.0.0.1:0',
        '--upstream',
        `127.0.0.1:${upstream}`,
      ],
      ...['--manager', 'http://127.0.0.1:1', ...more],
    ],
    { environment },
  );
  await agent.says('"ready"');
  const ready = JSON.parse(agent.stdout()) as { readonly listen: readonly string[] };
  return { agent, ready, port: Number(ready.listen[0]?.split(':')[1]) };
};

test('it says that it is ready and serves although no manager is there', async () => {
  const { agent, ready, port } = await startAgent(await serveText('pod'));
  expect(ready).toEqual({ event: 'ready', listen: [`127.0.0.1:${port}`], admin: null });
  const answer = await fetch(`http://127.0.0.1:${port}/a`);
  expect(await answer.text()).toBe('pod GET /a');
  await agent.says('rules are not followed');
  expect(agent.stderr()).not.toContain('planted-token');
});

test('on SIGTERM it accepts for the delay, finishes what runs and ends', async () => {
  const pod = await startRawServer((socket, all) => {
    if (all.toString().includes('/quick')) socket.end('HTTP/1.1 204 No Content\r\n\r\n');
  });
  const { agent, port } = await startAgent(pod.port, '--drain-delay', '1');
  const slow = await openRawClient(port);
  slow.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
  await until(() => pod.received[0]?.toString().includes('/slow') === true);
  agent.child.kill('SIGTERM');
  await agent.says('draining');
  const late = await openRawClient(port);
  late.write('GET /quick HTTP/1.1\r\nHost: a\r\n\r\n');
  await late.closed;
  expect(late.text()).toBe('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n');
  pod.sockets[0]?.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  await slow.closed;
  expect(slow.text()).toBe('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok');
  for (const { socket } of [slow, late]) socket.destroy();
  expect(await agent.ended).toBe(0);
  await pod.close();
});

test('under load no request fails on SIGTERM: each client is told to go before the end', async () => {
  const { agent, port } = await startAgent(await serveText('pod'), '--drain-delay', '2');
  const failures: unknown[] = [];
  let done = 0;
  /** Asks again and again on one connection until it is told to go. */
  const client = async (): Promise<void> => {
    const connection = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (): Promise<boolean> =>
      new Promise((resolve, reject) => {
        get({ port, path: `/${done}`, agent: connection }, (answer) => {
          answer.resume();
          answer.once('end', () => resolve(!/close/.test(answer.headers.connection ?? '')));
          answer.once('error', reject);
        }).once('error', reject);
      });
    for (let stays = true; stays; done++) {
      stays = await ask().catch((error) => failures.push(error) === 0);
    }
  };
  const clients = Array.from({ length: 16 }, client);
  await until(() => done > 500);
  agent.child.kill('SIGTERM');
  await Promise.all(clients);
  expect(failures).toEqual([]);
  expect(await agent.ended).toBe(0);
});

test('--admin says where it is, and serves until the end', async () => {
  const { ready } = await startAgent(await serveText('pod'), '--admin', '127.0.0.1:0');
  const { admin } = ready as unknown as { readonly admin: string };
  expect(await (await fetch(`http://${admin}/healthz`)).text()).toBe('ok\n');
  const metrics = await (await fetch(`http://${admin}/metrics`)).text();
  expect(metrics).toContain('\nbyway_agent_connections 0\n');
});

test.each([
  [[], '--workload NAME is missing'],
  [
    ['--workload', 'a', '--listen', 'x', '--upstream', '127.0.0.1:1', '--manager', 'http://a'],
    'HOST:PORT',
  ],
  [['--workload', 'a', '--listen', '127.0.0.1:0', '--manager', 'http://a'], 'Each --listen'],
  [['--workload', 'a', '--lisen', '127.0.0.1:0'], '--lisen'],
  [
    ['--workload', 'a', '--listen', '127.0.0.1:0', '--upstream', '127.0.0.1:1', '--manager', 'a'],
    'URL',
  ],
])('%j is a usage error', async (args, message) => {
  const { code, stdout, stderr } = await run('byway-agent', args, { environment });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
});

test('an address in use is said in one sentence', async () => {
  const pod = await startRawServer();
  const { code, stderr } = await run(
    'byway-agent',
    [
      ...['--workload', 'a', '--listen', `127.0.0.1:${pod.port}`, '--upstream', '127.0.0.1:1'],
      ...['--manager', 'http://127.0.0.1:1'],
    ],
    { environment },
  );
  expect(code).toBe(1);
  expect(stderr).toMatch(/✗ Can't listen on 127\.0\.0\.1:\d+/);
  await pod.close();
});

test('not one request without the key fails while the manager is killed and comes back', async () => {
  const world = await startWorld();
  const session = world.startByway([
    'intercept',
    'pricing',
    '--port',
    String(await serveText('you')),
  ]);
  await session.says('ready in');
  const connections = new Agent({ keepAlive: true, maxSockets: 8 });
  const failures: unknown[] = [];
  let [done, stop] = [0, false];
  const ask = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const options = { port: world.agentPort, path: `/${done}`, agent: connections };
      get(options, (answer: IncomingMessage) => {
        answer.setEncoding('utf8');
        answer.on('data', resolve);
        answer.on('error', reject);
      }).on('error', reject);
    });
  const loops = Array.from({ length: 8 }, async () => {
    while (!stop) {
      await ask().then(
        (text) => text.startsWith('pod GET /') || failures.push(text),
        (error) => failures.push(error),
      );
      done += 1;
    }
  });
  for (let times = 0; times < 2; times++) {
    const before = done;
    await until(() => done > before + 500);
    await world.restartManager();
    await until(
      async () => (await world.ask('/', world.key)) === 'you GET /',
      'the laptop',
      20_000,
    );
  }
  stop = true;
  await Promise.all(loops);
  connections.destroy();
  expect(failures).toEqual([]);
  expect(done).toBeGreaterThan(1000);
});
