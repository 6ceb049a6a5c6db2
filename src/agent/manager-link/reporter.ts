import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { AgentReport, ProbeResult, RuleCounts } from '../../protocol/reports.ts';
import { sightingsPerReportMax } from '../../protocol/sighting.ts';
import type { NearMisses } from '../near-misses/near-misses.ts';
import type { AppliedRule, RuleTable } from '../rule-table.ts';
import { callManager, type ManagerAddress } from './request.ts';

/** The least time between two reports of counts. */
export const reportEveryMilliseconds = 1_000;
/** Results of probes in one report, which the manager holds to, and those that wait for the next. */
const probesMax = 64;
const probesHeldMax = 10_000;
// The manager reads at most 64 KB; the rest is news for the next report.
const rulesPerReportMax = 100;

export type Reporter = {
  /** The rules have changed: report at once. */
  readonly rulesChanged: () => void;
  readonly probed: (result: ProbeResult) => void;
  /** The manager wants to know of near misses: answer at once, also when there are none. */
  readonly asked: () => void;
  /** A manager that may know nothing of what was reported before: all counts are news again. */
  readonly beginAgain: () => void;
};

export type ReporterOptions = {
  readonly address: ManagerAddress;
  readonly ports: readonly number[];
  /** Whether it sends requests to its pod when it is told to. */
  readonly podRequests: boolean;
  readonly table: RuleTable;
  readonly nearMisses: NearMisses;
  readonly log: Log;
  readonly signal: AbortSignal;
};

/** Reports to the manager what this agent has applied and counted, one report at a time. */
export const startReporter = (options: ReporterOptions): Reporter => {
  const { table, nearMisses, signal } = options;
  const seen = new Map<string, number>();
  let probes: ProbeResult[] = [];
  let due = false;
  let asked = false;
  let running = false;

  const report = async (): Promise<void> => {
    running = true;
    while (due && !signal.aborted) {
      due = false;
      const sent = probes.slice(0, probesMax);
      probes = probes.slice(probesMax);
      due = probes.length > 0;
      const sightings = nearMisses.take(sightingsPerReportMax);
      const isTold = asked || sightings.length > 0;
      asked = false;
      const counts = takeCounts(table, seen);
      const arrived = await send(options, {
        counts,
        probes: sent,
        ...(isTold ? { sightings } : {}),
      });
      if (!arrived) nearMisses.giveBack(sightings);
    }
    running = false;
  };
  const soon = (): void => {
    due = true;
    // The next turn of the loop, so that a burst of changes is one report.
    if (!running) setImmediate(() => void (running || report()));
  };
  const timer = setInterval(() => {
    nearMisses.refill();
    if (withNews(table, seen).length > 0 || nearMisses.hasNews()) soon();
  }, reportEveryMilliseconds);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return {
    rulesChanged: soon,
    probed: (result) => {
      if (probes.length < probesHeldMax) probes.push(result);
      soon();
    },
    asked: () => {
      asked = true;
      soon();
    },
    beginAgain: () => {
      seen.clear();
      for (const { counter } of table.all()) counter.changed ||= counter.matched > 0;
    },
  };
};

// Rules with something to tell: first those that a request has met, then those beside which
// requests have only gone by, these in turn, because every request goes by all other rules.
const withNews = (table: RuleTable, seen: ReadonlyMap<string, number>): readonly AppliedRule[] => {
  const changed: AppliedRule[] = [];
  const passedBy: AppliedRule[] = [];
  for (const applied of table.all()) {
    if (applied.counter.changed) changed.push(applied);
    else if (table.seenBy(applied) !== (seen.get(applied.rule.id) ?? 0)) passedBy.push(applied);
  }
  if (passedBy.length <= rulesPerReportMax) return [...changed, ...passedBy];
  const turn = Math.floor(Math.random() * passedBy.length);
  return [...changed, ...passedBy.slice(turn), ...passedBy.slice(0, turn)];
};

const takeCounts = (table: RuleTable, seen: Map<string, number>): Record<string, RuleCounts> => {
  const counts: Record<string, RuleCounts> = {};
  for (const applied of withNews(table, seen).slice(0, rulesPerReportMax)) {
    const { counter, rule } = applied;
    const now = table.seenBy(applied);
    counter.changed = false;
    seen.set(rule.id, now);
    counts[rule.id] = counter.snapshot(now);
  }
  for (const id of seen.keys()) if (table.get(id) === undefined) seen.delete(id);
  return counts;
};

// Counts only grow, so a lost report is made good by the next change; what was applied and counted
// is sent again with the full state when the manager is back.
const send = async (
  { address, ports, podRequests, table, log, signal }: ReporterOptions,
  news: Pick<AgentReport, 'counts' | 'probes' | 'sightings'>,
): Promise<boolean> => {
  const { agent } = address;
  const { applied } = table;
  const report: AgentReport = { agent, applied, ports, podRequests, ...news };
  try {
    const body = JSON.stringify(report);
    const answer = await callManager(address, {
      method: 'POST',
      resource: 'reports',
      body,
      signal,
    });
    answer.resume();
    if ((answer.statusCode ?? 500) < 300) return true;
    log.warn({ status: answer.statusCode }, 'the manager did not take a report');
  } catch (error) {
    log.debug({ reason: messageOf(error) }, 'a report did not reach the manager');
  }
  return false;
};
