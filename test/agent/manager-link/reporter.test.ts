import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import pino from 'pino';
import { afterEach, expect, test } from 'vitest';
import { startReporter } from '../../../src/agent/manager-link/reporter.ts';
import { NearMisses } from '../../../src/agent/near-misses/near-misses.ts';
import { RuleTable } from '../../../src/agent/rule-table.ts';
import type { AgentReport } from '../../../src/protocol/reports.ts';

const ends: (() => unknown)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A manager that takes reports and keeps them. */
const startTaker = async () => {
  const reports: AgentReport[] = [];
  const server = createServer(async (request, response) => {
    reports.push((await json(request)) as AgentReport);
    response.writeHead(204).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { reports, manager: new URL(`http://127.0.0.1:${port}`) };
};

test('a thousand probes at once are all reported, as many at a time as a manager takes', async () => {
  const { reports, manager } = await startTaker();
  const gone = new AbortController();
  ends.push(() => gone.abort());
  const table = new RuleTable();
  const reporter = startReporter({
    address: {
      manager,
      workload: { namespace: 'default', kind: 'process', name: 'pricing' },
      agent: `ag_${'a'.repeat(26)}`,
      token: async () => 'token',
    },
    ports: [8080],
    podRequests: false,
    table,
    nearMisses: new NearMisses(table),
    log: pino({ level: 'silent' }),
    signal: gone.signal,
  });
  const nonces = Array.from({ length: 1_000 }, (_, number) => `nonce-${number}`);
  for (const nonce of nonces) reporter.probed({ nonce, id: 'ic_a', error: 'none' });
  const told = (): readonly string[] =>
    reports.flatMap(({ probes }) => probes.map(({ nonce }) => nonce));
  await expect.poll(() => told().length, { timeout: 10_000 }).toBe(nonces.length);
  expect(told()).toEqual(nonces);
  expect(Math.max(...reports.map(({ probes }) => probes.length))).toBe(64);
});
