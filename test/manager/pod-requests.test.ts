import { afterEach, expect, test } from 'vitest';
import {
  call,
  cleanUp,
  create,
  interceptOf,
  newToken,
  type Reply,
  startAgent,
  startLaptop,
  startWorld,
  type World,
  wanted,
} from './world.ts';

afterEach(cleanUp);

const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');
const get = base64('GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
const post = base64('POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi');
const ok = base64('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');

type Sent = { readonly request?: unknown; readonly unsafe?: unknown; readonly token?: string };

/** Mia's intercept of pricing, and an agent that would send requests to its pod. */
const begin = async () => {
  const world = await startWorld();
  const mia = (await newToken(world, { role: 'user', user: 'mia' })).token;
  const agentToken = (await newToken(world, { role: 'agent', workload: 'pricing' })).token;
  const agent = await startAgent(world, 'pricing', { podRequests: true, token: agentToken });
  const { session } = await startLaptop(world, { token: mia });
  const { id } = interceptOf(await create(world, wanted(session), mia));
  const send = ({ request = get, unsafe = false, token = mia }: Sent = {}): Promise<Reply> =>
    call(world, 'POST', `/v1/intercepts/${id}/pod-requests`, { body: { request, unsafe }, token });
  const nonces = () =>
    agent.events.seen.filter(({ type }) => type === 'pod_request').map(({ nonce }) => nonce);
  return { world, mia, agentToken, agent, id, send, nonces };
};

const at = (nonce: unknown, agent: string, workload = 'pricing'): string =>
  `/v1/agents/default/process/${workload}/pod-requests/${nonce}?agent=${agent}`;

test('the owner of an intercept sends a request, and nobody else: not even the manager’s owner', async () => {
  const { world, mia, agentToken, send, nonces } = await begin();
  const others = {
    ben: (await newToken(world, { role: 'user', user: 'ben' })).token,
    owner: world.ownerToken,
    agent: agentToken,
  };
  for (const token of Object.values(others)) {
    expect(await send({ token })).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  }
  const elsewhere = await newToken(world, { role: 'ci', forSeconds: 60, workload: 'cart' });
  expect((await send({ token: elsewhere.token })).status).toBe(404);
  expect((await send({ token: 'nonsense' })).status).toBe(401);
  const unknown = '/v1/intercepts/ic_aaaaaaaaaaaaaaaaaaaaaaaaaa/pod-requests';
  const body = { request: get, unsafe: false };
  expect((await call(world, 'POST', unknown, { body, token: mia })).status).toBe(404);
  expect(nonces()).toEqual([]);
});

test('only the agent that was told gets it, once, and only that one answers', async () => {
  const { world, mia, agentToken, agent, send, nonces } = await begin();
  const cart = (await newToken(world, { role: 'agent', workload: 'cart' })).token;
  const second = await startAgent(world, 'pricing', { token: agentToken });
  const answered = send();
  await expect.poll(nonces).toHaveLength(1);
  const [nonce] = nonces();
  expect(second.events.seen.map(({ type }) => type)).not.toContain('pod_request');
  const take = (path: string, token: string) => call(world, 'GET', path, { token });
  const give = (path: string, token: string) =>
    call(world, 'POST', path, { token, body: { answer: ok } });
  expect((await give(at(nonce, agent.id), agentToken)).status).toBe(404);
  expect((await take(at(nonce, second.id), agentToken)).status).toBe(404);
  expect((await take(at(nonce, agent.id), cart)).status).toBe(403);
  expect((await take(at(nonce, agent.id, 'cart'), cart)).status).toBe(404);
  expect((await take(at(nonce, agent.id), mia)).status).toBe(403);
  expect((await take(at('a'.repeat(26), agent.id), agentToken)).status).toBe(404);
  expect((await take(at(nonce, agent.id), agentToken)).body).toMatchObject({ request: get });
  expect((await take(at(nonce, agent.id), agentToken)).status).toBe(404);
  expect((await give(at(nonce, second.id), agentToken)).status).toBe(404);
  expect((await give(at(nonce, agent.id), mia)).status).toBe(403);
  expect((await give(at(nonce, agent.id), agentToken)).status).toBe(204);
  expect(await answered).toMatchObject({ status: 200, body: { answer: ok } });
  expect((await give(at(nonce, agent.id), agentToken)).status).toBe(404);
});

test('an unsafe method needs the word for it', async () => {
  const { send, nonces } = await begin();
  expect(await send({ request: post })).toMatchObject({
    status: 403,
    body: { code: 'refused_by_policy', hint: expect.stringContaining('--unsafe') },
  });
  expect(nonces()).toEqual([]);
  send({ request: post, unsafe: true }).catch(() => {}); // Nobody answers it before the end.
  await expect.poll(nonces).toHaveLength(1);
});

test.each([
  ['two requests', base64('GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n')],
  ['half a body', base64('GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhi')],
  ['half a head', base64('GET / HTTP/1.1\r\nHost: a\r\n')],
  ['an upgrade', base64('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n')],
  ['a tunnel', base64('CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n')],
  [
    'two framings',
    base64('GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n'),
  ],
  ['no base64', 'GET / HTTP/1.1'],
  ['too much', base64('x'.repeat(330 * 1024))],
  ['no text', 7],
])('%s is not sent', async (_, request) => {
  const { send, nonces } = await begin();
  expect(await send({ request, unsafe: true })).toMatchObject({
    status: 400,
    body: { code: 'bad_request' },
  });
  expect(nonces()).toEqual([]);
});

test('an agent that does not send requests is not asked', async () => {
  const world: World = await startWorld();
  await startAgent(world, 'pricing');
  const { session } = await startLaptop(world);
  const { id } = interceptOf(await create(world, wanted(session)));
  const body = { request: get, unsafe: false };
  expect(await call(world, 'POST', `/v1/intercepts/${id}/pod-requests`, { body })).toMatchObject({
    status: 409,
    body: { code: 'no_agent', hint: expect.stringContaining('--no-pod-requests') },
  });
});

test('what an agent could not do is told in words', async () => {
  const { world, agentToken, agent, send, nonces } = await begin();
  const answered = send();
  await expect.poll(nonces).toHaveLength(1);
  const path = at(nonces()[0], agent.id);
  await call(world, 'GET', path, { token: agentToken });
  const nonsense = await call(world, 'POST', path, { token: agentToken, body: { error: 'so' } });
  expect(nonsense.status).toBe(400);
  await call(world, 'POST', path, { token: agentToken, body: { error: 'pod_refused' } });
  expect(await answered).toMatchObject({
    status: 502,
    body: { code: 'pod_failed', detail: expect.stringContaining('does not accept') },
  });
});

test('an agent that never answers is given up, four of one user wait at once, and not too many come', async () => {
  const { send } = await begin();
  const first = [1, 2, 3, 4].map(() => send());
  await expect.poll(async () => (await send()).status).toBe(429);
  for (const reply of await Promise.all(first)) {
    expect(reply).toMatchObject({ status: 502, body: { code: 'pod_failed' } });
  }
}, 20_000);
