import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { AgentReport, ProbeResult, RuleCounts } from '../../protocol/reports.ts';
import type { RuleTable } from '../rule-table.ts';
import { callManager, type ManagerAddress } from './request.ts';

/** The least time between two reports of counts. */
export const reportEveryMilliseconds = 1_000;
const probesMax = 64;
// The manager reads at most 64 KB; the rest is news for the next report.
const rulesPerReportMax = 100;

export type Reporter = {
  /** The rules have changed: report at once. */
  readonly rulesChanged: () => void;
  readonly probed: (result: ProbeResult) => void;
};

export type ReporterOptions = {
  readonly address: ManagerAddress;
  readonly ports: readonly number[];
  readonly table: RuleTable;
  readonly log: Log;
  readonly signal: AbortSignal;
};

/** Reports to the manager what this agent has applied and counted, one report at a time. */
export const startReporter = (options: ReporterOptions): Reporter => {
  const { table, signal } = options;
  const seen = new Map<string, number>();
  let probes: ProbeResult[] = [];
  let due = false;
  let running = false;

  const report = async (): Promise<void> => {
    running = true;
    while (due && !signal.aborted) {
      due = false;
      const sent = probes;
      probes = [];
      const counts = takeCounts(table, seen);
      await send(options, counts, sent);
      due ||= Object.keys(counts).length === rulesPerReportMax;
    }
    running = false;
  };
  const soon = (): void => {
    due = true;
    // The next turn of the loop, so that a burst of changes is one report.
    if (!running) setImmediate(() => void (running || report()));
  };
  const timer = setInterval(() => {
    if (hasNews(table, seen)) soon();
  }, reportEveryMilliseconds);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return {
    rulesChanged: soon,
    probed: (result) => {
      probes = [...probes, result].slice(-probesMax);
      soon();
    },
  };
};

const hasNews = (table: RuleTable, seen: ReadonlyMap<string, number>): boolean => {
  for (const applied of table.all()) {
    if (applied.counter.changed || table.seenBy(applied) !== (seen.get(applied.rule.id) ?? 0)) {
      return true;
    }
  }
  return false;
};

const takeCounts = (table: RuleTable, seen: Map<string, number>): Record<string, RuleCounts> => {
  const counts: Record<string, RuleCounts> = {};
  for (const applied of table.all()) {
    const { counter, rule } = applied;
    const now = table.seenBy(applied);
    if (!counter.changed && now === (seen.get(rule.id) ?? 0)) continue;
    if (Object.keys(counts).length === rulesPerReportMax) break;
    counter.changed = false;
    seen.set(rule.id, now);
    counts[rule.id] = counter.snapshot(now);
  }
  for (const id of seen.keys()) if (table.get(id) === undefined) seen.delete(id);
  return counts;
};

// Counts only grow, so a lost report is made good by the next change; what was applied is sent
// again with the full state when the manager is back.
const send = async (
  { address, ports, table, log, signal }: ReporterOptions,
  counts: Readonly<Record<string, RuleCounts>>,
  probes: readonly ProbeResult[],
): Promise<void> => {
  const report: AgentReport = {
    agent: address.agent,
    applied: table.applied,
    ports,
    counts,
    probes,
  };
  try {
    const body = JSON.stringify(report);
    const answer = await callManager(address, {
      method: 'POST',
      resource: 'reports',
      body,
      signal,
    });
    answer.resume();
    if ((answer.statusCode ?? 500) >= 300) {
      log.warn({ status: answer.statusCode }, 'the manager did not take a report');
    }
  } catch (error) {
    log.debug({ reason: messageOf(error) }, 'a report did not reach the manager');
  }
};
