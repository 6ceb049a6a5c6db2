import { family, type Sample } from '../base/prometheus.ts';
import { transports } from '../tunnel/carrier.ts';
import type { Refusals } from './http/refusals.ts';
import type { Router } from './http/router.ts';
import { measuredInterceptsMax } from './limits.ts';
import type { Manager } from './manager.ts';

const roles = ['laptop', 'agent'] as const;

export type Measured = {
  readonly manager: Manager;
  readonly router: Pick<Router, 'openStreams'>;
  readonly refusals: Refusals;
};

/** What a manager has measured, in Prometheus' text format; names no user and no workload. */
export const metricsText = ({ manager, router, refusals }: Measured): string => {
  const { tunnels, intercepts, streams } = manager;
  const prefix = 'byway_manager_';
  const states = intercepts.records().map((record) => intercepts.view(record).state);
  return [
    family(`${prefix}tunnels`, 'gauge', 'Tunnels that are up.', tunnelSamples(manager)),
    family(`${prefix}streams`, 'gauge', 'Streams from agents to laptops.', [
      { value: streams.open },
    ]),
    family(`${prefix}streams_total`, 'counter', 'Streams that agents asked for, by what became.', [
      { labels: { outcome: 'joined' }, value: streams.joined },
      { labels: { outcome: 'refused' }, value: streams.refused },
    ]),
    family(
      `${prefix}tunnel_bytes_total`,
      'counter',
      'Bytes on tunnels.',
      byteSamples(tunnels.bytes()),
    ),
    family(`${prefix}refusals_total`, 'counter', 'Requests and connections refused, by reason.', [
      ...[...refusals.all()].map(([reason, value]) => ({ labels: { reason }, value })),
    ]),
    family(`${prefix}intercepts`, 'gauge', 'Intercepts by state.', countsOf(states)),
    family(`${prefix}sessions`, 'gauge', 'Sessions of laptops that are connected.', [
      { value: manager.sessions.size() },
    ]),
    family(`${prefix}event_streams`, 'gauge', 'Open streams of server-sent events.', [
      { value: router.openStreams() },
    ]),
    ...funnelFamilies(intercepts),
    ...processFamilies(),
  ].join('');
};

const tunnelSamples = ({ tunnels }: Manager): readonly Sample[] => {
  const held = [...tunnels.all()];
  return roles.flatMap((role) =>
    transports.map((transport) => ({
      labels: { role, transport },
      value: held.filter((one) => one.role === role && one.transport === transport).length,
    })),
  );
};

const byteSamples = (bytes: ReturnType<Manager['tunnels']['bytes']>): readonly Sample[] =>
  roles.flatMap((role) => [
    { labels: { role, direction: 'in' }, value: bytes[role].in },
    { labels: { role, direction: 'out' }, value: bytes[role].out },
  ]);

const countsOf = (states: readonly string[]): readonly Sample[] => {
  const counts = new Map<string, number>([
    ['active', 0],
    ['disconnected', 0],
  ]);
  for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, value]) => ({ labels: { state }, value }));
};

/**
 * What became of requests, by intercept and reason: an intercept's id says nothing of whose it is.
 * Counts end with their intercept.
 */
const funnelFamilies = (intercepts: Manager['intercepts']): readonly string[] => {
  const rules = intercepts
    .counts()
    .sort((one, other) => other.counts.matched - one.counts.matched)
    .slice(0, measuredInterceptsMax);
  const prefix = 'byway_manager_intercept_';
  return [
    ...(['seen', 'matched', 'diverted', 'answered'] as const).map((stage) =>
      family(
        `${prefix}${stage}_total`,
        'counter',
        `Requests that were ${stage}, as agents report it.`,
        rules.map(({ id, counts }) => ({ labels: { intercept: id }, value: counts[stage] })),
      ),
    ),
    ...(['passed', 'failed'] as const).map((stage) =>
      family(
        `${prefix}${stage}_total`,
        'counter',
        `Matched requests that ${stage}, by reason.`,
        rules.flatMap(({ id, counts }) =>
          Object.entries(counts[stage]).map(([reason, value]) => ({
            labels: { intercept: id, reason },
            value,
          })),
        ),
      ),
    ),
  ];
};

const processFamilies = (): readonly string[] => {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return [
    family('process_resident_memory_bytes', 'gauge', 'Memory of the process.', [{ value: rss }]),
    family('nodejs_heap_size_used_bytes', 'gauge', 'Of it, used by JavaScript.', [
      { value: heapUsed },
    ]),
    family('process_cpu_seconds_total', 'counter', 'Time on a processor.', [
      { value: (user + system) / 1e6 },
    ]),
  ];
};
