import { openRawClient } from '../../../support/raw-client.ts';
import { until } from '../../../support/until.ts';
import { rule, startAgent, type TestAgent } from '../../start-agent.ts';
import { type Forwarded, forwardRequests, understandRequests } from '../fuzz/agent-reading.ts';
import type { SeenRequest } from './lenient-reader.ts';
import { type LenientServer, startLenientServer } from './lenient-server.ts';
import type { Sloppiness } from './sloppiness.ts';

/** An agent in front of a lenient server. */
export type Front = {
  readonly server: LenientServer;
  readonly agent: TestAgent;
  /** How many requests the agent has counted. */
  readonly counted: () => number;
  readonly close: () => Promise<void>;
};

export const inFrontOf = async (how: Sloppiness): Promise<Front> => {
  const server = await startLenientServer(how);
  const agent = await startAgent(server.port);
  agent.rules(rule(server.port)); // requests are counted while there is a rule
  const counted = (): number => agent.table.of(server.port)?.seen ?? 0;
  const close = async (): Promise<void> => {
    await agent.server.close();
    await server.close();
  };
  return { server, agent, counted, close };
};

/** What became of one client's bytes. */
export type Attacked = {
  readonly counted: number;
  /** What the server got of them (latin1). */
  readonly received: string;
};

/** Sends all the bytes of one client, ends its side, and waits for the end of the other. */
export const attack = async (
  { server, agent, counted }: Front,
  bytes: string,
): Promise<Attacked> => {
  const [connection, before] = [server.received().length, counted()];
  const client = await openRawClient(agent.port);
  await until(() => server.received().length > connection, 'the connection');
  client.write(bytes);
  client.socket.end();
  await client.closed;
  client.socket.destroy();
  return { counted: counted() - before, received: server.received()[connection] ?? '' };
};

/** A request in words. */
export const inWords = ({ method, target }: SeenRequest): string => `${method} ${target}`;

const forwardedOf = (bytes: string): readonly Forwarded[] =>
  forwardRequests([Buffer.from(bytes, 'latin1')]).messages;

/** What of these bytes goes on to the server. */
export const forwardedBytes = (bytes: string): string =>
  forwardedOf(bytes)
    .map(({ head, body }) => head + body)
    .join('');

/** The requests, complete or not, that a correct reader finds before the first fault. */
export const correctlyRead = (bytes: string): readonly string[] =>
  understandRequests(forwardedOf(bytes)).map(({ first }) => first.replace(/ HTTP\/1\.[01]$/, ''));

/** Whether these are the first of the others. */
export const isStartOf = (all: readonly string[], some: readonly string[]): boolean =>
  some.every((one, index) => one === all[index]);
