import { family } from '../../base/prometheus.ts';
import type { Clients } from '../clients.ts';
import type { NearMisses } from '../near-misses/near-misses.ts';
import type { AppliedRule, RuleTable } from '../rule-table.ts';
import { type TlsMeasured, tlsFamilies } from './tls-metrics.ts';

/** Requests that were decided since the start. */
export type Decided = { readonly matched: number; readonly unmatched: number };

export type Measured = {
  readonly clients: Clients;
  readonly decided: Decided;
  readonly table: RuleTable;
  readonly nearMisses?: Pick<NearMisses, 'counts' | 'overlooked'> | undefined;
  /** Where the agent has a certificate. */
  readonly tls?: TlsMeasured | undefined;
};

/** Rules that are shown; of more, those with the most matched requests. */
const rulesMax = 1_000;

/**
 * What an agent has measured, in Prometheus' text format 0.0.4. A rule is shown once a request
 * matched it; never a key or a header.
 */
export const metricsText = ({ clients, decided, table, nearMisses, tls }: Measured): string => {
  const bytes = clients.bytes();
  const rules = shownRules(table);
  const prefix = 'byway_agent_';
  const all = [
    family(`${prefix}connections`, 'gauge', 'Open client connections.', [{ value: clients.open }]),
    family(`${prefix}connections_max`, 'gauge', 'Client connections that it takes at once.', [
      { value: clients.max },
    ]),
    family(`${prefix}connections_total`, 'counter', 'Client connections by what became of them.', [
      { labels: { outcome: 'accepted' }, value: clients.accepted },
      { labels: { outcome: 'refused' }, value: clients.refused },
    ]),
    family(`${prefix}bytes_total`, 'counter', 'Bytes on client connections.', [
      { labels: { direction: 'in' }, value: bytes.read },
      { labels: { direction: 'out' }, value: bytes.written },
    ]),
    family(`${prefix}requests_total`, 'counter', 'HTTP requests by verdict.', [
      { labels: { verdict: 'matched' }, value: decided.matched },
      { labels: { verdict: 'unmatched' }, value: decided.unmatched },
    ]),
    family(`${prefix}rules`, 'gauge', 'Rules in effect.', [{ value: table.size }]),
    family(`${prefix}rule_changes_total`, 'counter', "Changes of rules, by the manager's events.", [
      { value: table.changes },
    ]),
    ...ruleFamilies(prefix, table, rules),
    ...(nearMisses === undefined ? [] : nearMissFamilies(prefix, nearMisses)),
    ...(tls === undefined ? [] : tlsFamilies(tls)),
  ];
  return all.join('');
};

const nearMissFamilies = (
  prefix: string,
  { counts, overlooked }: Pick<NearMisses, 'counts' | 'overlooked'>,
): readonly string[] => [
  family(
    `${prefix}near_misses_total`,
    'counter',
    'Times that a request came close to a rule, by what kept it away.',
    [...counts].map(([reason, value]) => ({ labels: { reason }, value })),
  ),
  family(
    `${prefix}near_misses_overlooked_total`,
    'counter',
    'Requests that were not looked into, because there were too many.',
    [{ value: overlooked }],
  ),
];

const ruleFamilies = (
  prefix: string,
  table: RuleTable,
  rules: readonly AppliedRule[],
): readonly string[] => [
  family(
    `${prefix}seen_total`,
    'counter',
    'Requests on its port while a rule was there.',
    rules.map((applied) => ({ labels: labelsOf(applied), value: table.seenBy(applied) })),
  ),
  family(
    `${prefix}in_flight`,
    'gauge',
    'Requests under way to the laptop.',
    rules.map((applied) => ({ labels: labelsOf(applied), value: applied.load.inFlight })),
  ),
  ...(['matched', 'diverted', 'answered'] as const).map((what) =>
    family(
      `${prefix}${what}_total`,
      'counter',
      `Requests that were ${what}, by rule.`,
      rules.map((applied) => ({ labels: labelsOf(applied), value: applied.counter[what] })),
    ),
  ),
  ...(['passed', 'failed'] as const).map((what) =>
    family(
      `${prefix}${what}_total`,
      'counter',
      `Matched requests that ${what}, by rule and reason.`,
      rules.flatMap((applied) =>
        Object.entries(applied.counter[what]).map(([reason, value]) => ({
          labels: { ...labelsOf(applied), reason },
          value,
        })),
      ),
    ),
  ),
];

const shownRules = (table: RuleTable): readonly AppliedRule[] =>
  [...table.all()]
    .filter(({ counter }) => counter.matched > 0)
    .sort((one, other) => other.counter.matched - one.counter.matched)
    .slice(0, rulesMax);

const labelsOf = ({ rule }: AppliedRule): Readonly<Record<string, string>> => ({
  rule: rule.id,
  name: rule.name,
});
