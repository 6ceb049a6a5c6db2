import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { startManagerLink } from '../../../src/agent/manager-link/link.ts';
import { NearMisses } from '../../../src/agent/near-misses/near-misses.ts';
import { RuleTable } from '../../../src/agent/rule-table.ts';
import { startAgentServer } from '../../../src/agent/server.ts';
import { newIdentifier } from '../../../src/base/identifier.ts';
import { serveArrival } from '../../../src/cli/session/arrivals.ts';
import { localPort } from '../../../src/cli/session/local-port.ts';
import type { Guards } from '../../../src/protocol/guards.ts';
import type { RuleCounts } from '../../../src/protocol/reports.ts';
import type { Arrival } from '../../../src/tunnel/laptop-end.ts';
import {
  call,
  cleanUps,
  create,
  interceptOf,
  startLaptop,
  startWorld,
  wanted,
} from '../../manager/world.ts';
import { until } from '../../support/until.ts';
import { startCut } from './cut.ts';

/** Manager, session, agent, pod and app in one process, joined by their real connections. */
export type Whole = {
  readonly agentPort: number;
  readonly key: string;
  readonly counts: () => RuleCounts;
  /** As if the manager were killed, and started again. */
  readonly killManager: () => Promise<void>;
  readonly startManagerAgain: () => Promise<void>;
  /** As if the session were killed; resolves once the agent knows. */
  readonly killLaptop: () => Promise<void>;
  readonly stopApp: () => Promise<void>;
  /** Connections to the app that brought anything: not those of probes. */
  readonly app: readonly Socket[];
  /** Whether one of them brought exactly that. */
  readonly appHas: (text: string) => boolean;
  /** Requests under way to the laptop. */
  readonly inFlight: () => number;
};

export type WholeOptions = {
  readonly guards?: Guards;
  /** Called with all that a connection to the app brought so far, after each piece. */
  readonly app: (socket: Socket, all: string) => void;
  /** Instead of the session's own way with a CONNECT. */
  readonly onArrival?: (arrival: Arrival) => void;
};

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export const startWhole = async ({ guards, app, onArrival }: WholeOptions): Promise<Whole> => {
  const world = await startWorld();
  const cut = await startCut(Number(new URL(world.url).port));
  cleanUps.push(cut.cut);
  const pod = await startPod();
  const local = await startApp(app);
  const agent = await startAgent(pod, `http://127.0.0.1:${cut.port}`, world.ownerToken);
  await until(async () => {
    const { body } = await call(world, 'GET', '/v1/workloads');
    return JSON.stringify(body).includes('"agents":1');
  }, 'the agent');
  const port = localPort(local.port);
  const serve = (arrival: Arrival): void =>
    void serveArrival(arrival, async () => port, { request: () => {}, port: () => {} });
  const laptop = await startLaptop(world, {
    onArrival: (arrival) =>
      arrival.probe === undefined && onArrival !== undefined ? onArrival(arrival) : serve(arrival),
  });
  const more = guards === undefined ? {} : { guards };
  const { id } = interceptOf(await create(world, wanted(laptop.session, more)));
  const state = (): string | undefined => agent.table.get(id)?.rule.state;
  await until(() => state() === 'active', 'the rule');
  const me = (await call(world, 'GET', '/v1/me')).body as { readonly key: string };
  return {
    agentPort: agent.port,
    key: me.key,
    counts: () => {
      const applied = agent.table.get(id);
      if (applied === undefined) throw new Error('no rule');
      return applied.counter.snapshot(agent.table.seenBy(applied));
    },
    killManager: cut.cut,
    startManagerAgain: cut.mend,
    killLaptop: async () => {
      (laptop.socket as Socket).resetAndDestroy();
      await until(() => state() === 'disconnected', 'the news');
    },
    stopApp: local.stop,
    app: local.sockets,
    appHas: (text) => local.received.includes(text),
    inFlight: () => agent.table.get(id)?.load.inFlight ?? 0,
  };
};

const startAgent = async (upstream: number, manager: string, token: string) => {
  const table = new RuleTable();
  const nearMisses = new NearMisses(table);
  const stop = new AbortController();
  const link = startManagerLink({
    address: {
      workload: { namespace: 'default', kind: 'process', name: 'pricing' },
      manager: new URL(manager),
      agent: newIdentifier('ag'),
      token: async () => token,
    },
    ports: [upstream],
    table,
    nearMisses,
    log: silent,
    signal: stop.signal,
  });
  const server = await startAgentServer({
    routes: [
      { listen: { host: '127.0.0.1', port: 0 }, upstream: { host: '127.0.0.1', port: upstream } },
    ],
    table,
    divert: link.divert,
  });
  cleanUps.push(async () => {
    stop.abort();
    await server.close();
  });
  return { table, port: Number(server.listen[0]?.split(':').at(-1)) };
};

/** Answers with the method and the length of the body it got. */
const startPod = async (): Promise<number> => {
  const server = createHttpServer((request, response) => {
    let octets = 0;
    request.on('data', (bytes) => {
      octets += bytes.length;
    });
    request.on('end', () => response.end(`pod ${request.method} ${octets}`));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
};

const startApp = async (onBytes: WholeOptions['app']) => {
  const opened: Socket[] = [];
  const sockets: Socket[] = [];
  const received: string[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let index = -1;
    opened.push(socket);
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.on('data', (bytes) => {
      if (index === -1) index = sockets.push(socket) - 1;
      received[index] ??= '';
      received[index] += bytes.toString('latin1');
      onBytes(socket, received[index] ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = async (): Promise<void> => {
    for (const socket of opened) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  cleanUps.push(stop);
  return { port: (server.address() as AddressInfo).port, sockets, received, stop };
};
