import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { startFreezingProxy } from '../../tunnel/freezing-proxy.ts';
import { afterwards, cleanUp } from '../folder.ts';
import { endAll, type Running } from './process.ts';
import { serveText, startWorld, type World } from './world.ts';

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

const intercept = async (more: NodeJS.ProcessEnv = {}) => {
  const port = await serveText('laptop');
  const session = world.startByway(['intercept', 'pricing', '--port', String(port)], more);
  sessions.push(session);
  await session.says('ready in');
  return { session, port };
};

const workloads = async (): Promise<string> => {
  const headers = { authorization: `Bearer ${world.token}` };
  return await (await fetch(`${world.url}/v1/workloads`, { headers })).text();
};

test('without a manager, status shows what the session says, and leave ends it here', async () => {
  const { session, port } = await intercept();
  world.manager().child.kill('SIGKILL');
  await world.manager().ended;
  await session.says('▲ Tunnel lost');
  const status = await world.byway(['status']);
  expect(status.code).toBe(6);
  expect(status.stdout).toContain(
    `pricing → localhost:${port}\n  session process ${session.pid}\n`,
  );
  expect(status.stdout).toMatch(
    / way {5}reconnecting in .* m?s, attempt \d+; the pod answers meanwhile/,
  );
  const json = JSON.parse((await world.byway(['status', '--json'])).stdout);
  expect(json).toMatchObject({
    manager: null,
    intercepts: [
      {
        name: 'pricing',
        localPort: port,
        session: { pid: session.pid, tunnel: { state: 'reconnecting' } },
      },
    ],
  });
  const left = await world.byway(['leave', 'pricing']);
  expect(left.code).toBe(6);
  expect(left.stderr).toContain('The session of pricing has ended here');
  expect(await session.ended).toBe(0);
  expect(session.stderr()).toContain('The manager did not hear it');
  await world.restartManager();
  await until(async () => (await workloads()).includes('"agents":1'), 'the agent');
});

test('a network that swallows packets is left for another connection, and nobody is told', async () => {
  const network = await startFreezingProxy(new URL(world.url));
  afterwards(network.stop);
  const { session, port } = await intercept({ BYWAY_MANAGER: network.url.href });
  const way = async () => {
    const shown = await world.byway(['status', '--json']);
    return JSON.parse(shown.stdout).intercepts[0].session.tunnel.state;
  };
  expect(await way()).toBe('connected');
  expect(await world.ask('/f', world.key)).toBe('laptop GET /f');
  const before = network.connections();
  network.freeze();
  // A PING every 5 s, and 2 s for its answer.
  await until(() => network.connections() > before, 'the second tunnel', 15_000);
  await until(async () => (await way()) === 'connected', 'its answer');
  expect(await world.ask('/f', world.key)).toBe('laptop GET /f');
  expect(session.stderr()).not.toContain('Tunnel lost');
  expect((await world.byway(['status'])).stdout).toContain(
    `pricing → localhost:${port}   ● active`,
  );
}, 40_000);

test('a session that is stopped is said not to answer', async () => {
  const { session } = await intercept();
  session.child.kill('SIGSTOP');
  const status = await world.byway(['status']);
  expect(status.stdout).toContain(`session process ${session.pid} does not answer (stopped?)`);
  session.child.kill('SIGCONT');
  await until(
    async () => !(await world.byway(['status'])).stdout.includes('does not answer'),
    'its answer',
  );
});
