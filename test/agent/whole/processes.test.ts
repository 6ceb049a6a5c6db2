import { type AddressInfo, createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { afterwards, cleanUp } from '../../cli/folder.ts';
import { endAll } from '../../cli/processes/process.ts';
import { startWorld, type World } from '../../cli/processes/world.ts';
import { openRawClient, type RawClient } from '../../support/raw-client.ts';
import { until } from '../../support/until.ts';

afterEach(endAll);
afterEach(cleanUp);

/** An app that answers nothing; counts the requests that came. */
const startSilentApp = async () => {
  let requests = 0;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => {
      requests += 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => void server.close());
  return { port: (server.address() as AddressInfo).port, requests: () => requests };
};

const ask = async ({ agentPort, key }: World, method: string): Promise<RawClient> => {
  const client = await openRawClient(agentPort);
  client.write(
    `${method} / HTTP/1.1\r\nHost: a\r\nx-byway-id: ${key}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
  );
  return client;
};

test('guards travel from the command line to the agent, and end the wait for a slow app', async () => {
  const [world, app] = [await startWorld(), await startSilentApp()];
  const session = world.startByway([
    'intercept',
    'pricing',
    '--port',
    String(app.port),
    '--local-timeout',
    '200ms',
    '--when-slow',
    '504',
    '--max-in-flight',
    '1',
  ]);
  await session.says('ready in');
  const slow = await ask(world, 'GET');
  await until(() => app.requests() === 1);
  const beyond = await ask(world, 'POST');
  await beyond.closed;
  expect(beyond.text()).toContain('x-byway-served-by: pod; reason=too_many');
  await slow.closed;
  expect(slow.text()).toMatch(/^HTTP\/1\.1 504 Gateway Timeout\r\n.*x-byway-error: local_slow/s);
  await until(async () => {
    const { stdout } = await world.byway(['list', '--json']);
    return /"too_many":1.*"local_slow":1/s.test(stdout);
  }, 'the counts');
});

test.each(['session', 'manager'] as const)('the %s killed while the app is busy', async (which) => {
  const [world, app] = [await startWorld(), await startSilentApp()];
  const session = world.startByway(['intercept', 'pricing', '--port', String(app.port)]);
  await session.says('ready in');
  const [safe, unsafe] = [await ask(world, 'GET'), await ask(world, 'POST')];
  await until(() => app.requests() === 2);
  const killed = which === 'session' ? session : world.manager();
  killed.child.kill('SIGKILL');
  await Promise.all([safe.closed, unsafe.closed]);
  const reason = which === 'session' ? 'laptop_gone' : 'manager_gone';
  expect(safe.text()).toContain(`x-byway-served-by: pod; reason=${reason}`);
  expect(safe.text()).toContain('pod GET /');
  expect(unsafe.text()).toMatch(new RegExp(`^HTTP/1.1 502 .*x-byway-error: ${reason}`, 's'));
});
