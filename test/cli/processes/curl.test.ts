import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { afterwards, cleanUp } from '../folder.ts';
import { endAll } from './process.ts';
import { startWorld, unusedPort, type World } from './world.ts';

type Seen = { readonly request: IncomingMessage; readonly body: string };

let world: World;
let url: string;
const seen: Seen[] = [];
beforeAll(async () => {
  world = await startWorld();
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ request, body });
    response.end('answered');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => {
    server.closeAllConnections();
    server.close();
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  seen.length = 0;
});
afterAll(async () => {
  await endAll();
  await cleanUp();
});

test('both carriers are sent, and all other arguments are left to curl', async () => {
  const ended = await world.byway([
    'curl',
    '-s',
    '-X',
    'PUT',
    `${url}/a`,
    '-d',
    'x=1',
    '-H',
    'a: b',
  ]);
  expect(ended).toMatchObject({ code: 0, stdout: 'answered', stderr: '' });
  const { method, headers } = seen[0]?.request ?? {};
  expect(method).toBe('PUT');
  expect(headers).toMatchObject({
    'x-byway-id': world.key,
    baggage: `byway=${world.key}`,
    a: 'b',
  });
  expect(seen[0]?.body).toBe('x=1');
});

test('standard input stays curl’s own', async () => {
  const ended = await world.byway(['curl', '-s', '--data-binary', '@-', url], {}, 'piped body');
  expect(ended.code).toBe(0);
  expect(seen[0]?.body).toBe('piped body');
  expect(seen[0]?.request.headers['x-byway-id']).toBe(world.key);
});

test('each transfer of one command line carries the key', async () => {
  await world.byway(['curl', '-s', `${url}/1`, '--next', '-s', `${url}/2`]);
  expect(seen.map(({ request }) => [request.url, request.headers['x-byway-id']])).toEqual([
    ['/1', world.key],
    ['/2', world.key],
  ]);
});

test('flags that are also ours belong to curl behind the first of its arguments', async () => {
  const ended = await world.byway(['curl', '-s', '--json', '{"a":1}', url]);
  expect(ended.code).toBe(0);
  expect(seen[0]?.body).toBe('{"a":1}');
});

test("curl's exit code is ours", async () => {
  expect((await world.byway(['curl', '-s', `http://127.0.0.1:${await unusedPort()}`])).code).toBe(
    7,
  );
  expect((await world.byway(['curl', '-s', '--no-such-flag'])).code).toBe(2);
});

test('without a URL it is a usage error, and without curl an error', async () => {
  expect((await world.byway(['curl'])).code).toBe(2);
  const ended = await world.byway(['curl', url], { PATH: '/nowhere' });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain('There is no curl on this machine');
});
