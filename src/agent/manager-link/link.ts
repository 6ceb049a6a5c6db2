import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, UserError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { RuleEvent } from '../../protocol/rules.ts';
import { workloadPath } from '../../protocol/workload.ts';
import { type AgentEnd, openAgentEnd } from '../../tunnel/agent-end.ts';
import { dialTunnel } from '../../tunnel/dial.ts';
import { keepTunnel } from '../../tunnel/keep.ts';
import { TransportMemory } from '../../tunnel/transport-memory.ts';
import type { Divert } from '../divert.ts';
import type { RuleTable } from '../rule-table.ts';
import { CurrentTunnel } from './current-tunnel.ts';
import { probe } from './probe.ts';
import { startReporter } from './reporter.ts';
import type { ManagerAddress } from './request.ts';
import { followRules } from './rules-stream.ts';

/** Time between two tries when the manager refuses the agent; its token may be renewed. */
const refusedMilliseconds = 5_000;

export type PodRequestEvent = { readonly nonce: string; readonly id: string };

export type LinkOptions = {
  readonly address: ManagerAddress;
  readonly ports: readonly number[];
  /** Called for each request that goes to the pod; without it none does. */
  readonly onPodRequest?: ((event: PodRequestEvent) => void) | undefined;
  readonly table: RuleTable;
  readonly log: Log;
  readonly signal: AbortSignal;
};

/** An agent's live connections with its manager; all of them may be down at any time. */
export type ManagerLink = { readonly divert: Divert };

/** Starts to follow rules, to report, and to keep a tunnel up, until the signal aborts. */
export const startManagerLink = (options: LinkOptions): ManagerLink => {
  const { table, signal, log } = options;
  const tunnel = new CurrentTunnel();
  const { onPodRequest } = options;
  const reporter = startReporter({ ...options, podRequests: onPodRequest !== undefined });
  const onEvent = (event: RuleEvent): boolean => {
    if (event.type === 'probe') {
      void probe(table, tunnel, event).then(reporter.probed);
      return true;
    }
    if (event.type === 'pod_request') {
      onPodRequest?.(event);
      return true;
    }
    const applied = table.apply(event);
    reporter.rulesChanged();
    return applied;
  };
  void followRules({ address: options.address, onEvent, log, signal });
  void keepTunnelUp(options, tunnel.use);
  return {
    divert: async (intercept, cancelled) => {
      if (tunnel.now === undefined) return { ok: false, reason: 'manager_gone' };
      return await tunnel.now.connect(intercept, { signal: cancelled });
    },
  };
};

const keepTunnelUp = async (
  { address, log, signal }: LinkOptions,
  use: (end: AgentEnd) => void,
): Promise<void> => {
  const { manager, ca, workload, token } = address;
  const memory = new TransportMemory();
  const headers = { 'x-byway-workload': workloadPath(workload) };
  const dial = async (stop: AbortSignal) =>
    dialTunnel({ manager, ca, token: await token(), role: 'agent', headers, signal: stop }, memory);
  while (!signal.aborted) {
    try {
      await keepTunnel({
        dial,
        attach: (socket) => openAgentEnd(socket),
        onUp: use,
        onDown: ({ error }) => log.debug({ reason: messageOf(error) }, 'the tunnel is down'),
        signal,
      });
    } catch (error) {
      const hint = error instanceof UserError ? error.hint : undefined;
      log.warn({ reason: messageOf(error), hint }, 'the manager refused the tunnel');
      await sleep(refusedMilliseconds, undefined, { signal }).catch(() => {});
    }
  }
};
