import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import type { Divert } from '../../src/agent/divert.ts';
import { RuleTable } from '../../src/agent/rule-table.ts';
import { type AgentServer, startAgentServer } from '../../src/agent/server.ts';
import type { TlsServices } from '../../src/agent/tls/services.ts';
import type { RuleMatch } from '../../src/protocol/match.ts';
import type { Rule } from '../../src/protocol/rules.ts';
import { divertedOn } from './diverted.ts';

export const key = 'k3yqaaaaaaaaaaaaaaaaaaaaaa';
export const keyMatch: RuleMatch = {
  keySha256: createHash('sha256').update(key).digest('hex'),
};

/** An agent in this process; the way to the laptop is a plain TCP connection to `laptopPort`. */
export type TestAgent = {
  readonly port: number;
  readonly table: RuleTable;
  readonly server: AgentServer;
  /** Sets the rules, as an event of the manager does. */
  readonly rules: (...rules: readonly Rule[]) => void;
};

let version = 0;

export const startAgent = async (
  upstream: number,
  divert: Divert = noLaptop,
  connectionsMax?: number,
  tls?: TlsServices,
): Promise<TestAgent> => {
  const table = new RuleTable();
  const server = await startAgentServer({
    routes: [
      {
        listen: { host: '127.0.0.1', port: 0 },
        upstream: { host: '127.0.0.1', port: upstream },
      },
    ],
    table,
    divert,
    connectionsMax,
    tls,
  });
  const port = Number(server.listen[0]?.split(':').at(-1));
  const rules = (...list: readonly Rule[]): void => {
    version += 1;
    table.apply({ type: 'state', epoch: 'test', version, rules: list });
  };
  return { port, table, server, rules };
};

export const rule = (
  port: number,
  match: RuleMatch = keyMatch,
  more: Partial<Rule> = {},
): Rule => ({
  id: `ic_${'a'.repeat(26)}`,
  name: 'pricing',
  laptop: 'ada-laptop',
  port,
  match,
  state: 'active',
  createdAt: '2026-11-21T10:00:00.000Z',
  ...more,
});

const noLaptop: Divert = async () => ({ ok: false, reason: 'manager_gone' });

/** The laptop's local port without a tunnel between; half-open as the tunnel's streams are. */
export const laptopOn =
  (port: number): Divert =>
  () =>
    new Promise((resolve) => {
      const stream = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
      stream.once('connect', () => resolve({ ok: true, stream: divertedOn(stream) }));
      stream.once('error', () => resolve({ ok: false, reason: 'local_refused' }));
    });
