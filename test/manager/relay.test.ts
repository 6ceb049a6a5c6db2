import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { constants } from 'node:http2';
import { afterEach, expect, test } from 'vitest';
import { newIdentifier } from '../../src/base/identifier.ts';
import type { AgentEnd } from '../../src/tunnel/agent-end.ts';
import { acceptArrival, refuseArrival } from '../../src/tunnel/arrivals.ts';
import type { Arrival } from '../../src/tunnel/laptop-end.ts';
import { bytesOf } from '../tunnel/accepting.ts';
import { duplexOf } from '../tunnel/duplex-of.ts';
import {
  call,
  cleanUp,
  create,
  echo,
  interceptOf,
  newToken,
  startAgent,
  startAgentTunnel,
  startLaptop,
  startWorld,
  wanted,
} from './world.ts';

afterEach(cleanUp);

const shop = async (onArrival?: (arrival: Arrival) => void) => {
  const world = await startWorld();
  const agent = await startAgent(world, 'pricing');
  const laptop = await startLaptop(world, onArrival === undefined ? {} : { onArrival });
  const { id } = interceptOf(await create(world, wanted(laptop.session)));
  const tunnel = await startAgentTunnel(world, 'pricing');
  return { world, agent, laptop, id, tunnel };
};

const open = async (tunnel: AgentEnd, id: string) => {
  const answer = await tunnel.connect(id);
  if (!answer.ok) throw new Error(answer.reason);
  return duplexOf(answer.stream);
};

test('a megabyte goes from agent to laptop and back byte for byte', async () => {
  const { tunnel, id } = await shop();
  const sent = randomBytes(1024 * 1024);
  const stream = await open(tunnel, id);
  stream.end(sent);
  expect((await bytesOf(stream)).equals(sent)).toBe(true);
  await expect.poll(() => stream.closed).toBe(true);
  expect(stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
});

test('each side may end first while the other goes on', async () => {
  const received: Promise<Buffer>[] = [];
  const { tunnel, id } = await shop((arrival) => {
    acceptArrival(arrival);
    duplexOf(arrival.stream).end('bye');
    received.push(bytesOf(duplexOf(arrival.stream)));
  });
  const stream = await open(tunnel, id);
  expect((await bytesOf(stream)).toString()).toBe('bye');
  stream.end('and more');
  expect((await received[0])?.toString()).toBe('and more');
});

test.each([
  ['REFUSED_STREAM', constants.NGHTTP2_REFUSED_STREAM],
  ['INTERNAL_ERROR', constants.NGHTTP2_INTERNAL_ERROR],
])('a %s of the laptop reaches the agent as it is', async (_, code) => {
  const { tunnel, id } = await shop((arrival) => {
    acceptArrival(arrival);
    duplexOf(arrival.stream).once('data', () => duplexOf(arrival.stream).close(code));
  });
  const stream = await open(tunnel, id);
  stream.write('x');
  await once(stream, 'close').catch(() => {});
  expect(stream.rstCode).toBe(code);
});

test('a reset of the agent reaches the laptop as it is, and not as an end', async () => {
  const arrivals: Arrival[] = [];
  const ends: string[] = [];
  const { tunnel, id } = await shop((arrival) => {
    arrivals.push(arrival);
    duplexOf(arrival.stream).once('end', () =>
      ends.push(duplexOf(arrival.stream).destroyed ? 'reset' : 'end'),
    );
    echo(arrival);
  });
  const stream = await open(tunnel, id);
  const [arrival] = arrivals;
  stream.write('part of a request');
  await once(stream, 'data');
  stream.close(constants.NGHTTP2_CANCEL);
  await expect.poll(() => arrival?.stream.code).toBe(constants.NGHTTP2_CANCEL);
  expect(ends).not.toContain('end');
});

test('a refusal and a probe cross the relay', async () => {
  const { tunnel, id } = await shop((arrival) =>
    arrival.probe === undefined ? refuseArrival(arrival, 'local_refused') : echo(arrival),
  );
  expect(await tunnel.connect(id)).toEqual({ ok: false, reason: 'local_refused' });
  expect(await tunnel.connect(id, { probe: 'n' })).toMatchObject({ ok: true, localMs: '0.8' });
});

test('an aborted connect is reset on the laptop too', async () => {
  const arrivals: Arrival[] = [];
  const { tunnel, id } = await shop((arrival) => arrivals.push(arrival)); // Never answers.
  const controller = new AbortController();
  const waiting = tunnel.connect(id, { signal: controller.signal });
  await expect.poll(() => arrivals.length).toBe(1);
  controller.abort();
  await waiting;
  await expect.poll(() => arrivals[0]?.stream.isClosed).toBe(true);
});

test('when the laptop dies, running streams break, new ones are refused, rules say so', async () => {
  const { tunnel, id, laptop, agent } = await shop((arrival) => {
    if (arrival.probe !== undefined) echo(arrival);
    else {
      acceptArrival(arrival);
      duplexOf(arrival.stream).write('half an answer');
    }
  });
  await expect.poll(() => agent.rules.get(id)?.state).toBe('active');
  const stream = await open(tunnel, id);
  stream.end('a whole request');
  await once(stream, 'data');
  let ended = false;
  stream.on('end', () => {
    ended = true;
  });
  laptop.socket.destroy();
  await once(stream, 'close').catch(() => {});
  expect(ended).toBe(false);
  expect(stream.rstCode).toBe(constants.NGHTTP2_CONNECT_ERROR);
  await expect.poll(() => agent.rules.get(id)?.state).toBe('disconnected');
  expect(await tunnel.connect(id)).toEqual({ ok: false, reason: 'laptop_gone' });
});

test('a laptop that comes back serves the same intercept', async () => {
  const { world, tunnel, id, laptop, agent } = await shop();
  laptop.end.destroy();
  await expect.poll(() => agent.rules.get(id)?.state).toBe('disconnected');
  await startLaptop(world, { session: laptop.session });
  await expect.poll(() => agent.rules.get(id)?.state).toBe('active');
  const stream = await open(tunnel, id);
  stream.end('hello');
  expect((await bytesOf(stream)).toString()).toBe('hello');
});

test('a second tunnel of a session replaces the first, which is told to go away', async () => {
  const { world, tunnel, id, laptop, agent } = await shop();
  await expect.poll(() => agent.rules.get(id)?.state).toBe('active');
  await startLaptop(world, { session: laptop.session });
  await laptop.end.closed;
  expect(agent.rules.get(id)?.state).toBe('active');
  expect(await tunnel.connect(id)).toMatchObject({ ok: true });
});

test('an agent reaches only intercepts of its workload', async () => {
  const { world, id } = await shop();
  await startAgent(world, 'cart');
  const cart = await startAgentTunnel(world, 'cart');
  expect(await cart.connect(id)).toEqual({ ok: false, reason: 'tunnel_refused' });
  const unknown = { ok: false, reason: 'tunnel_refused' };
  expect(await cart.connect(newIdentifier('ic'))).toEqual(unknown);
  expect(await cart.connect('127.0.0.1:22')).toEqual(unknown);
});

test('an agent’s token opens a tunnel for its own workload only, and none as a laptop', async () => {
  const { world } = await shop();
  const { token } = await newToken(world, { role: 'agent', workload: 'pricing' });
  await startAgentTunnel(world, 'pricing', token);
  await expect(startAgentTunnel(world, 'cart', token)).rejects.toMatchObject({ status: 403 });
  await expect(startLaptop(world, { token })).rejects.toMatchObject({ status: 403 });
});

test('a user’s token opens no tunnel as an agent, and none with another’s session', async () => {
  const { world, laptop } = await shop();
  const { token } = await newToken(world, { role: 'user', user: 'mia' });
  await expect(startAgentTunnel(world, 'pricing', token)).rejects.toMatchObject({ status: 403 });
  await expect(startLaptop(world, { token, session: laptop.session })).rejects.toMatchObject({
    status: 403,
    problem: { code: 'forbidden' },
  });
  laptop.end.destroy();
  await laptop.end.closed;
  // The intercept keeps the session its owner's also while no tunnel is there.
  await expect(startLaptop(world, { token, session: laptop.session })).rejects.toMatchObject({
    status: 403,
  });
});

test('revoking a token ends its tunnels', async () => {
  const { world } = await shop();
  const { id, token } = await newToken(world, { role: 'user', user: 'mia' });
  const { end } = await startLaptop(world, { token });
  await call(world, 'DELETE', `/v1/tokens/${id}`);
  await end.closed;
});

test('stopping the manager ends tunnels with a GOAWAY and streams in order', async () => {
  const { world, tunnel, agent, laptop } = await shop();
  await world.manager.stop();
  await Promise.all([tunnel.closed, laptop.end.closed, agent.events.ended]);
});
