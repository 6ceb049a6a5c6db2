import { writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { newIdentifier } from '../../src/base/identifier.ts';
import { serveArrival } from '../../src/cli/session/arrivals.ts';
import { localPort } from '../../src/cli/session/local-port.ts';
import { createPorts } from '../../src/cli/session/ports.ts';
import type { AgentEnd } from '../../src/tunnel/agent-end.ts';
import { type Transport, transportOf, transports } from '../../src/tunnel/carrier.ts';
import { dialTunnel } from '../../src/tunnel/dial.ts';
import type { Arrival } from '../../src/tunnel/laptop-end.ts';
import { TransportMemory } from '../../src/tunnel/transport-memory.ts';
import { createAuthority } from '../support/authority.ts';
import { startRawServer } from '../support/raw-server.ts';
import { until } from '../support/until.ts';
import { bytesOf } from '../tunnel/accepting.ts';
import { duplexOf } from '../tunnel/duplex-of.ts';
import {
  cleanUp,
  cleanUps,
  create,
  echo,
  interceptOf,
  newFolder,
  newToken,
  startAgent,
  startAgentTunnel,
  startLaptop,
  startWorld,
  type World,
  wanted,
} from './world.ts';

afterEach(cleanUp);

const authority = createAuthority();

const worldOver = async (transport: Transport): Promise<World> => {
  if (transport !== 'tls') return await startWorld();
  const folder = await newFolder();
  const { cert, key } = authority.issue({ names: ['127.0.0.1'] });
  const tls = { cert: join(folder, 'cert'), key: join(folder, 'key') };
  await Promise.all([writeFile(tls.cert, cert), writeFile(tls.key, key)]);
  return await startWorld(undefined, { tls, ca: authority.ca });
};

test('a WebSocket in TLS is one, too', async () => {
  const world = await worldOver('tls');
  const memory = new TransportMemory();
  memory.preferWebSocket(performance.now());
  await startAgent(world, 'pricing');
  const laptop = await startLaptop(world, { memory });
  expect(transportOf(laptop.socket)).toBe('websocket');
  const { id } = interceptOf(await create(world, wanted(laptop.session)));
  const tunnel = await startAgentTunnel(world, 'pricing', undefined, { memory });
  expect(await tunnel.connect(id)).toMatchObject({ ok: true });
});

const refused = { ok: false, reason: 'tunnel_refused' };

describe.each(transports)('over %s', (transport) => {
  const through = () => {
    const memory = new TransportMemory();
    if (transport === 'websocket') memory.preferWebSocket(performance.now());
    return { memory };
  };

  /** Ada intercepts pricing, Mia intercepts cart; what arrives at each laptop is noted. */
  const two = async () => {
    const world = await worldOver(transport);
    await Promise.all([startAgent(world, 'pricing'), startAgent(world, 'cart')]);
    const mia = (await newToken(world, { role: 'user', user: 'mia' })).token;
    const arrived = { ada: [] as string[], mia: [] as string[] };
    const noting = (who: 'ada' | 'mia') => (arrival: Arrival) => {
      if (arrival.probe === undefined) arrived[who].push(arrival.intercept);
      echo(arrival);
    };
    const adas = await startLaptop(world, { ...through(), onArrival: noting('ada') });
    const mias = await startLaptop(world, { ...through(), token: mia, onArrival: noting('mia') });
    expect(transportOf(adas.socket)).toBe(transport);
    const pricing = interceptOf(await create(world, wanted(adas.session))).id;
    const cart = interceptOf(
      await create(world, wanted(mias.session, { workload: 'cart' }), mia),
    ).id;
    const agent = async (workload: string): Promise<AgentEnd> => {
      const { token } = await newToken(world, { role: 'agent', workload });
      return await startAgentTunnel(world, workload, token, through());
    };
    return { world, mia, adas, mias, arrived, pricing, cart, agent };
  };

  const reaches = async (tunnel: AgentEnd, id: string): Promise<void> => {
    const answer = await tunnel.connect(id);
    if (!answer.ok) throw new Error(answer.reason);
    duplexOf(answer.stream).end('hello');
    expect((await bytesOf(duplexOf(answer.stream))).toString()).toBe('hello');
  };

  test('an agent reaches its own workload’s intercept and no other, also after reconnections', async () => {
    const { world, adas, arrived, pricing, cart, agent } = await two();
    const before = await agent('pricing');
    await reaches(before, pricing);
    expect(await before.connect(cart)).toEqual(refused);
    adas.end.destroy();
    before.destroy();
    await Promise.all([adas.end.closed, before.closed]);
    await startLaptop(world, { ...through(), session: adas.session });
    const after = await agent('pricing');
    await reaches(after, pricing);
    expect(await after.connect(cart)).toEqual(refused);
    expect(await after.connect(cart, { probe: 'n' })).toEqual(refused);
    expect(arrived.mia).toEqual([]);
  });

  test.each(['127.0.0.1:22', 'localhost', '[::1]:80', '../ic', 'ic_', newIdentifier('ic'), ' '])(
    'an agent that asks for %j gets nowhere',
    async (authorityOfConnect) => {
      const { arrived, agent } = await two();
      const tunnel = await agent('pricing');
      expect(await tunnel.connect(authorityOfConnect)).toMatchObject({ ok: false });
      expect(arrived).toEqual({ ada: [], mia: [] });
    },
  );

  test('an agent’s token makes no laptop, a user’s no agent, and nobody takes a session over', async () => {
    const { world, mia, adas, arrived, pricing, agent } = await two();
    const agentToken = (await newToken(world, { role: 'agent', workload: 'pricing' })).token;
    const forbidden = { status: 403, problem: { code: 'forbidden' } };
    const laptop = (token: string, session?: string) =>
      startLaptop(world, { ...through(), token, ...(session === undefined ? {} : { session }) });
    await expect(laptop(agentToken)).rejects.toMatchObject(forbidden);
    await expect(laptop(agentToken, adas.session)).rejects.toMatchObject(forbidden);
    await expect(laptop(mia, adas.session)).rejects.toMatchObject(forbidden);
    for (const token of [mia, agentToken]) {
      await expect(startAgentTunnel(world, 'cart', token, through())).rejects.toMatchObject(
        forbidden,
      );
    }
    adas.end.destroy();
    await adas.end.closed;
    await expect(laptop(mia, adas.session)).rejects.toMatchObject(forbidden);
    const tunnel = await agent('pricing');
    expect(await tunnel.connect(pricing)).toEqual({ ok: false, reason: 'laptop_gone' });
    expect(arrived.mia).toEqual([]);
  });

  const rawLaptop = (world: World, token: string) =>
    dialTunnel(
      {
        manager: new URL(world.url),
        ca: world.ca,
        token,
        role: 'laptop',
        headers: { 'x-byway-session': newIdentifier('se') },
        signal: AbortSignal.timeout(10_000),
      },
      through().memory,
    );

  test('a laptop that opens streams itself, as if it were an agent, loses its tunnel only', async () => {
    const { world, mia, arrived, pricing, agent } = await two();
    const carrier = await rawLaptop(world, mia);
    const session = connectHttp2('http://byway', { createConnection: () => carrier });
    session.on('error', () => {});
    cleanUps.push(() => session.destroy());
    const stream = session.request({ ':method': 'CONNECT', ':authority': pricing });
    const statuses: unknown[] = [];
    stream.on('response', (headers) => statuses.push(headers[':status']));
    stream.on('error', () => {});
    await until(() => session.destroyed, 'the end of the tunnel');
    expect(statuses).toEqual([]);
    expect(arrived).toEqual({ ada: [], mia: [] });
    await reaches(await agent('pricing'), pricing);
  });

  test('the session itself refuses an id that it did not register, whoever asks', async () => {
    const { world, adas, cart, pricing, agent } = await two();
    const app = await startRawServer();
    cleanUps.push(app.close);
    const ports = createPorts();
    await ports.register(localPort(app.port), async () => ({ id: pricing }));
    adas.end.destroy();
    await adas.end.closed;
    const asked: string[] = [];
    await startLaptop(world, {
      ...through(),
      session: adas.session,
      onArrival: (arrival) => {
        // As from a manager that has gone wrong, and sends what is Mia's to Ada.
        const intercept = asked.push(arrival.intercept) % 2 === 0 ? cart : '127.0.0.1:22';
        void serveArrival({ ...arrival, intercept, probe: undefined }, ports.find, {
          request: () => {},
          port: () => {},
        });
      },
    });
    const tunnel = await agent('pricing');
    for (let tries = 0; tries < 4; tries++) expect(await tunnel.connect(pricing)).toEqual(refused);
    expect(asked.length).toBeGreaterThanOrEqual(4);
    expect(app.sockets).toEqual([]);
  });
});
