import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createManagerClient } from '../../../src/cli/manager-client/client.ts';
import { problemStatus } from '../../../src/protocol/problem.ts';
import { afterwards, cleanUp } from '../folder.ts';
import { answerWith } from './fake-manager.ts';

afterEach(cleanUp);

const me = { user: 'ada', role: 'owner', key: 'k', workload: null, tokenExpiresAt: null };

const clientOf = (manager: URL) => createManagerClient({ manager, token: 'secret-token' });

const problem = (code: string, more: object = {}): string =>
  JSON.stringify({
    type: `urn:byway:problem:${code}`,
    code,
    title: code,
    status: problemStatus[code as keyof typeof problemStatus],
    detail: 'What happened',
    ...more,
  });

test('a question carries the token and the answer is checked', async () => {
  const seen: unknown[] = [];
  const manager = await answerWith(({ method, url, headers }, response) => {
    seen.push(method, url, headers.authorization);
    response.end(JSON.stringify(me));
  });
  expect(await clientOf(manager).me()).toEqual(me);
  expect(seen).toEqual(['GET', '/v1/me', 'Bearer secret-token']);
});

test('a path in the address of the manager is kept', async () => {
  const manager = await answerWith(({ url }, response) => {
    response.end(JSON.stringify({ ...me, user: url }));
  });
  expect((await clientOf(new URL('/byway/', manager)).me()).user).toBe('/byway/v1/me');
});

test.each([
  ['not_logged_in', 'not_logged_in'],
  ['token_expired', 'not_logged_in'],
  ['forbidden', 'policy'],
  ['refused_by_policy', 'policy'],
  ['not_found', 'not_found'],
  ['no_agent', 'not_ready'],
  ['conflict', 'conflict'],
  ['bad_request', 'usage'],
  ['internal', 'error'],
] as const)('the problem %s is a failure of kind %s', async (code, kind) => {
  const manager = await answerWith((_, response) => {
    response.writeHead(problemStatus[code], { 'content-type': 'application/problem+json' });
    response.end(problem(code));
  });
  await expect(clientOf(manager).me()).rejects.toMatchObject({ name: 'ManagerError', kind });
});

test('what a problem says cannot steer the terminal', async () => {
  const manager = await answerWith((_, response) => {
    response.writeHead(404);
    response.end(problem('not_found', { detail: 'a\u001b[2Jb', hint: 'c\u202ed' }));
  });
  await expect(clientOf(manager).me()).rejects.toMatchObject({
    message: 'a\ufffd[2Jb.',
    hint: 'c\ufffdd',
  });
});

test('an answer in an unknown form says so', async () => {
  const manager = await answerWith((_, response) => response.end('{"user":1}'));
  await expect(clientOf(manager).me()).rejects.toMatchObject({
    kind: 'error',
    message: expect.stringContaining('unknown form'),
  });
});

test.each([
  [502, 'unreachable'],
  [302, 'error'],
  [418, 'error'],
])("a proxy's page with status %i is a failure of kind %s", async (status, kind) => {
  const manager = await answerWith((_, response) => {
    response.writeHead(status, { location: 'http://elsewhere.invalid/' });
    response.end('<html>');
  });
  await expect(clientOf(manager).me()).rejects.toMatchObject({ kind });
});

test('an answer beyond 16 MiB is not read to its end', async () => {
  let sent = 0;
  const manager = await answerWith((_, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(1024 * 1024, 0x20))) sent++;
      sent++;
    };
    response.on('drain', more);
    more();
  });
  await expect(clientOf(manager).me()).rejects.toMatchObject({
    message: expect.stringContaining('16 MiB'),
  });
  expect(sent).toBeLessThan(64);
});

test('a list that turns in circles ends', async () => {
  let pages = 0;
  const manager = await answerWith((_, response) => {
    pages++;
    response.end(JSON.stringify({ items: [], next: 'again' }));
  });
  await expect(clientOf(manager).tokens()).rejects.toMatchObject({
    message: expect.stringContaining('has no end'),
  });
  expect(pages).toBe(500);
});

test('pages of a list are joined', async () => {
  const item = {
    id: 'tk',
    role: 'user',
    user: 'a',
    workload: null,
    createdAt: '',
    expiresAt: null,
  };
  const manager = await answerWith(({ url }, response) => {
    const last = url?.endsWith('?after=a%2Fb') === true;
    response.end(JSON.stringify({ items: [item], next: last ? null : 'a/b' }));
  });
  expect(await clientOf(manager).tokens()).toHaveLength(2);
});

test('nobody there is unreachable, and nothing of the token is said', async () => {
  const manager = await answerWith(() => {});
  await cleanUp();
  const failure = await clientOf(manager)
    .me()
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({
    kind: 'unreachable',
    message: expect.stringContaining('connection refused'),
  });
  expect(JSON.stringify(failure) + String(failure)).not.toContain('secret-token');
});

test('a server that breaks off is unreachable', async () => {
  const server = createServer((socket) => {
    socket.once('data', () => socket.destroy());
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => server.close());
  const manager = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await expect(clientOf(manager).me()).rejects.toMatchObject({ kind: 'unreachable' });
});

test('DELETE ends its request by itself', async () => {
  const manager = await answerWith(({ method, url }, response) => {
    response.writeHead(method === 'DELETE' && url === '/v1/intercepts/ic_a%2Fb' ? 204 : 500);
    response.end();
  });
  await clientOf(manager).remove('ic_a/b');
});

test('events come one by one, unknown ones are passed over, and the end of the stream ends them', async () => {
  const manager = await answerWith((_, response) => {
    response.write(':\n\nevent: ready\ndata: {"type":"ready","legsMs":{"agent":1,"tun');
    response.write('nel":2,"local":null}}\n\nevent: later\ndata: {"type":"later"}\n\ndata: {\n\n');
    response.end('event: ended\ndata: {"type":"ended","reason":"left","by":"ada"}\n\n');
  });
  const types: string[] = [];
  for await (const { type } of clientOf(manager).events('ic_a', new AbortController().signal)) {
    types.push(type);
  }
  expect(types).toEqual(['ready', 'ended']);
});

test('events that break off are unreachable, and their signal ends them', async () => {
  const manager = await answerWith((_, response) => {
    response.write(':\n\n');
    setImmediate(() => response.destroy());
  });
  const broken = clientOf(manager).events('ic_a', new AbortController().signal);
  await expect(broken.next()).rejects.toMatchObject({ kind: 'unreachable' });

  const silent = await answerWith((_, response) => void response.write(':\n\n'));
  const stop = new AbortController();
  const events = clientOf(silent).events('ic_a', stop.signal).next();
  setImmediate(() => stop.abort());
  await expect(events).rejects.toMatchObject({ name: 'UserError' });
});
