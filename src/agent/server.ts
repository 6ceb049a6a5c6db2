import { createServer, type Server, type Socket } from 'node:net';
import { type Address, formatAddress } from '../base/address.ts';
import { messageOf, UserError } from '../base/errors.ts';
import { takeConnection } from './connection.ts';
import { ConnectionSet } from './connection-set.ts';
import { decide } from './decide.ts';
import type { Divert } from './divert.ts';
import type { Http1Services } from './http1/services.ts';
import type { RuleTable } from './rule-table.ts';
import { acceptWire, dialWire } from './sockets.ts';

/** A pair of addresses: where the service's traffic arrives, and where the app listens. */
export type Route = { readonly listen: Address; readonly upstream: Address };

/** How long a request head may stay incomplete. */
export const headMilliseconds = 60_000;
const sweepMilliseconds = 5_000;

export type AgentServerOptions = {
  readonly routes: readonly Route[];
  readonly table: RuleTable;
  readonly divert: Divert;
};

export type AgentServer = {
  /** The addresses that it accepts connections on, in the order of the routes. */
  readonly listen: readonly string[];
  /** Keeps accepting for `delay` ms, finishes what runs, and ends all after `limit` ms. */
  readonly drain: (delay: number, limit: number) => Promise<void>;
  /** Ends everything now. */
  readonly close: () => Promise<void>;
};

/** Listens on all routes. Rejects with a `UserError` when an address can't be had. */
export const startAgentServer = async (options: AgentServerOptions): Promise<AgentServer> => {
  const connections = new ConnectionSet();
  const state = { draining: false };
  const servers: Server[] = [];
  try {
    for (const route of options.routes) {
      const services = servicesOf(options, route, () => state.draining);
      servers.push(await listenOn(route.listen, (socket) => accept(services, connections, socket)));
    }
  } catch (error) {
    closeAll(servers);
    throw error;
  }
  const sweep = setInterval(() => {
    const time = Date.now() - headMilliseconds;
    for (const connection of connections.all()) connection.expire(time);
  }, sweepMilliseconds);
  const close = async (): Promise<void> => {
    clearInterval(sweep);
    closeAll(servers);
    for (const connection of connections.all()) connection.abort();
    await connections.empty();
  };
  return {
    listen: servers.map(addressOf),
    drain: async (delay, limit) => {
      state.draining = true;
      for (const connection of connections.all()) connection.drain();
      await wait(Math.min(delay, limit));
      closeAll(servers);
      for (const connection of connections.all()) connection.drain();
      await Promise.race([connections.empty(), wait(Math.max(limit - delay, 0))]);
      await close();
    },
    close,
  };
};

const servicesOf = (
  { table, divert }: AgentServerOptions,
  { upstream }: Route,
  draining: () => boolean,
): Http1Services => ({
  decide: (head) => decide(table, upstream.port, head.fields),
  divert,
  dialPod: () => dialWire(upstream),
  draining,
});

const accept = (services: Http1Services, connections: ConnectionSet, socket: Socket): void => {
  const connection = takeConnection(services, acceptWire(socket), () => {
    connections.delete(connection);
  });
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
