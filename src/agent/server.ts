import { createServer, type Server, type Socket } from 'node:net';
import { type Address, formatAddress } from '../base/address.ts';
import { messageOf, UserError } from '../base/errors.ts';
import { acceptWire, dialWire } from '../base/wire/sockets.ts';
import { RequestHead } from '../protocol/http1/request-head.ts';
import type { RequestFields } from '../protocol/match/request-fields.ts';
import { Clients } from './clients.ts';
import { type Services, takeConnection } from './connection.ts';
import { ConnectionSet } from './connection-set.ts';
import { decide } from './decide.ts';
import type { Divert } from './divert.ts';
import { LaptopPool } from './laptop-pool.ts';
import { connectionsMax, headMilliseconds, sweepMilliseconds } from './limits.ts';
import type { Curious } from './near-misses/near-misses.ts';
import type { RuleTable } from './rule-table.ts';
import type { TlsServices } from './tls/services.ts';

/** A pair of addresses: where the service's traffic arrives, and where the app listens. */
export type Route = { readonly listen: Address; readonly upstream: Address };

const drainMilliseconds = 100;

export type AgentServerOptions = {
  readonly routes: readonly Route[];
  readonly table: RuleTable;
  /** Is shown what no rule took. */
  readonly curious?: Curious | undefined;
  readonly divert: Divert;
  /** Client connections at once; what the system allows without. */
  readonly connectionsMax?: number | undefined;
  /** Without it TLS is spliced. */
  readonly tls?: TlsServices | undefined;
};

export type AgentServer = {
  /** The addresses that it accepts connections on, in the order of the routes. */
  readonly listen: readonly string[];
  readonly clients: Clients;
  /** Requests since the start, by verdict. */
  readonly decided: { readonly matched: number; readonly unmatched: number };
  /** Refuses the heads that have been incomplete since before `time`. */
  readonly expire: (time: number) => void;
  /** Keeps accepting for `delay` ms, finishes what runs, and ends all after `limit` ms. */
  readonly drain: (delay: number, limit: number) => Promise<void>;
  /** Ends everything now. */
  readonly close: () => Promise<void>;
};

/** Listens on all routes. Rejects with a `UserError` when an address can't be had. */
export const startAgentServer = async (options: AgentServerOptions): Promise<AgentServer> => {
  const connections = new ConnectionSet();
  const clients = new Clients(options.connectionsMax ?? connectionsMax());
  const laptops = new LaptopPool(options.divert);
  const state = { draining: false, decided: { matched: 0, unmatched: 0 } };
  const servers: Server[] = [];
  try {
    for (const route of options.routes) {
      const services = servicesOf({ ...options, laptops }, route, state);
      const take = (socket: Socket): void => accept(services, connections, clients, socket);
      servers.push(await listenOn(route.listen, take));
    }
  } catch (error) {
    closeAll(servers);
    throw error;
  }
  const expire = (time: number): void => {
    for (const connection of connections.all()) connection.expire(time);
  };
  const sweep = setInterval(() => expire(Date.now() - headMilliseconds), sweepMilliseconds);
  const close = async (): Promise<void> => {
    clearInterval(sweep);
    closeAll(servers);
    laptops.close();
    for (const connection of connections.all()) connection.abort();
    await connections.empty();
  };
  return {
    listen: servers.map(addressOf),
    clients,
    decided: state.decided,
    expire,
    drain: async (delay, limit) => {
      // Until the delay is over idle connections stay: a request may be on its way on each.
      state.draining = true;
      await wait(Math.min(delay, limit));
      closeAll(servers);
      await endEach(connections, Math.max(limit - delay, 0));
      await close();
    },
    close,
  };
};

/** Ends each connection as soon as nothing is under way on it, for at most so many milliseconds. */
const endEach = async (connections: ConnectionSet, milliseconds: number): Promise<void> => {
  const endIdle = (): void => {
    for (const connection of connections.all()) connection.drain();
  };
  endIdle();
  const timer = setInterval(endIdle, drainMilliseconds);
  await Promise.race([connections.empty(), wait(milliseconds)]);
  clearInterval(timer);
};

type State = {
  readonly draining: boolean;
  readonly decided: { matched: number; unmatched: number };
};

const servicesOf = (
  { table, curious, divert, laptops, tls }: AgentServerOptions & { readonly laptops: LaptopPool },
  { upstream }: Route,
  state: State,
): Services => ({
  decide: (request: RequestHead | { readonly fields: RequestFields }) => {
    const fields = request instanceof RequestHead ? request : request.fields;
    const verdict = decide(table, upstream.port, fields, curious);
    state.decided[verdict === undefined ? 'unmatched' : 'matched'] += 1;
    return verdict;
  },
  divert,
  laptops,
  dialPod: () => dialWire(upstream),
  tls: tls === undefined ? undefined : { services: tls, host: upstream.host },
  draining: () => state.draining,
});

const accept = (
  services: Services,
  connections: ConnectionSet,
  clients: Clients,
  socket: Socket,
): void => {
  if (!clients.hasRoom()) {
    socket.on('error', () => {});
    socket.resetAndDestroy();
    return;
  }
  const wire = acceptWire(socket);
  clients.add(wire.stream as Socket);
  const connection = takeConnection(services, wire, () => connections.delete(connection));
  connections.add(connection);
};

const listenOn = (address: Address, onSocket: (socket: Socket) => void): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, onSocket);
    server.once('error', (error) => {
      const message = `Can't listen on ${formatAddress(address)}: ${messageOf(error)}.`;
      const hint = 'Stop what uses the address, or choose another with --listen.';
      reject(new UserError(message, { cause: error, hint }));
    });
    // Such as no more file descriptors: the system has closed the connection, others may follow.
    server.on('error', () => {});
    server.listen({ ...address, backlog: 1024 }, () => resolve(server));
  });

const addressOf = (server: Server): string => {
  const address = server.address();
  if (address === null || typeof address === 'string') return String(address);
  return formatAddress({ host: address.address, port: address.port });
};

// Its callback waits for connections that the server no longer knows about; see `acceptWire`.
const closeAll = (servers: readonly Server[]): void => {
  for (const server of servers) server.close();
};

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
