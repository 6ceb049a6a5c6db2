import { afterEach, expect, test } from 'vitest';
import { metricsText } from '../../../src/agent/admin/metrics.ts';
import { startAdmin } from '../../../src/base/admin.ts';
import { openRawClient } from '../../support/raw-client.ts';
import { startRawServer } from '../../support/raw-server.ts';
import { key, laptopOn, rule, startAgent } from '../start-agent.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Values by name and labels. */
const read = (text: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );

test('/metrics counts connections, bytes, requests and rules, and shows no key', async () => {
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
  const pod = await startRawServer((socket) => void socket.write(answer));
  const laptop = await startRawServer((socket) => void socket.write(answer));
  const agent = await startAgent(pod.port, laptopOn(laptop.port));
  const measured = { ...agent.server, table: agent.table };
  const admin = await startAdmin({ host: '127.0.0.1', port: 0 }, '--admin', () =>
    metricsText(measured),
  );
  closers.push(admin.close, agent.server.close, pod.close, laptop.close);
  agent.rules(rule(pod.port));
  const client = await openRawClient(agent.port);
  const unmatched = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
  const matched = `GET / HTTP/1.1\r\nHost: a\r\nx-byway-id: ${key}\r\n\r\n`;
  for (const [index, request] of [unmatched, matched, matched].entries()) {
    if (index === 2) agent.rules(rule(pod.port, undefined, { state: 'disconnected' }));
    client.write(request);
    await client.until((text) => text.split('\r\n\r\nok').length === index + 2);
  }
  const reply = await fetch(`http://${admin.address}/metrics`);
  expect(reply.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const text = await reply.text();
  const of = `rule="ic_${'a'.repeat(26)}",name="pricing"`;
  expect(read(text)).toEqual({
    byway_agent_connections: 1,
    byway_agent_connections_max: expect.any(Number),
    'byway_agent_connections_total{outcome="accepted"}': 1,
    'byway_agent_connections_total{outcome="refused"}': 0,
    'byway_agent_bytes_total{direction="in"}': unmatched.length + 2 * matched.length,
    'byway_agent_bytes_total{direction="out"}': client.bytes().length,
    'byway_agent_requests_total{verdict="matched"}': 2,
    'byway_agent_requests_total{verdict="unmatched"}': 1,
    byway_agent_rules: 1,
    byway_agent_rule_changes_total: 2,
    [`byway_agent_in_flight{${of}}`]: 0,
    [`byway_agent_seen_total{${of}}`]: 3,
    [`byway_agent_matched_total{${of}}`]: 2,
    [`byway_agent_diverted_total{${of}}`]: 1,
    [`byway_agent_answered_total{${of}}`]: 1,
    [`byway_agent_passed_total{${of},reason="laptop_gone"}`]: 1,
  });
  expect(text).not.toContain(key);
  client.socket.destroy();
});

test('/healthz is there, and nothing else', async () => {
  const admin = await startAdmin({ host: '127.0.0.1', port: 0 }, '--admin', () => '');
  closers.push(admin.close);
  const status = async (path: string, method = 'GET'): Promise<number> =>
    (await fetch(`http://${admin.address}${path}`, { method })).status;
  expect(await status('/healthz')).toBe(200);
  expect(await status('/healthz', 'POST')).toBe(405);
  expect(await status('/')).toBe(404);
});
