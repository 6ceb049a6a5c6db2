import { randomBytes } from 'node:crypto';
import { base32 } from '../../base/identifier.ts';
import type { InterceptEvent } from '../../protocol/intercepts.ts';
import type { ProbeLegs, ProbeResult } from '../../protocol/reports.ts';
import { probeAttemptsMax, probeRetryMs, readyMsMax } from '../limits.ts';
import type { ConnectedAgent } from '../workloads/workloads.ts';

/** What a proof comes to; kept, so that whoever asks later is told as well. */
export type Outcome = Extract<InterceptEvent, { readonly type: 'ready' | 'not_ready' }>;

/** A running attempt to send one marked request through every agent to the laptop and back. */
export type Proof = {
  /** Looks again: an agent came, went or has applied something. */
  readonly check: () => void;
  readonly result: (agent: string, result: ProbeResult) => void;
  readonly stop: () => void;
};

export type ProofOptions = {
  readonly id: string;
  /** The version of the rule that must be applied before a probe means anything. */
  readonly version: number;
  readonly agents: () => readonly ConnectedAgent[];
  /** Called once, at the latest after 10 s; never after `stop`. */
  readonly done: (outcome: Outcome) => void;
};

type Probe = { nonce: string; attempts: number; legsMs: ProbeLegs | undefined };

export const prove = ({ id, version, agents, done }: ProofOptions): Proof => {
  const probes = new Map<string, Probe>();
  const timers = new Set<NodeJS.Timeout>();
  let over = false;
  const stop = (): void => {
    over = true;
    for (const timer of timers) clearTimeout(timer);
  };
  const finish = (outcome: Outcome): void => {
    if (over) return;
    stop();
    done(outcome);
  };
  const later = (milliseconds: number, act: () => void): void => {
    timers.add(setTimeout(act, milliseconds));
  };
  const send = (agent: ConnectedAgent, attempts: number): void => {
    const nonce = base32(randomBytes(16));
    probes.set(agent.id, { nonce, attempts, legsMs: undefined });
    agent.send({ type: 'probe', nonce, id });
  };
  const check = (): void => {
    if (over) return;
    const connected = agents();
    for (const agent of connected) {
      if (agent.applied >= version && !probes.has(agent.id)) send(agent, 1);
    }
    const legs = connected.map((agent) => probes.get(agent.id)?.legsMs);
    if (legs.length > 0 && legs.every((one) => one !== undefined)) {
      finish({ type: 'ready', legsMs: slowest(legs) });
    }
  };
  const sendAgain = (agentId: string, attempts: number): void => {
    const agent = agents().find((candidate) => candidate.id === agentId);
    if (agent !== undefined) send(agent, attempts);
  };
  const result = (agentId: string, { nonce, legsMs, error }: ProbeResult): void => {
    const probe = probes.get(agentId);
    if (over || probe === undefined || probe.nonce !== nonce) return;
    probe.legsMs = legsMs;
    if (legsMs !== undefined) check();
    else if (probe.attempts < probeAttemptsMax) {
      later(probeRetryMs, () => sendAgain(agentId, probe.attempts + 1));
    } else finish({ type: 'not_ready', reason: `A probe failed: ${error ?? 'no reason given'}.` });
  };
  later(readyMsMax, () => finish({ type: 'not_ready', reason: missing(agents(), version) }));
  return { check, result, stop };
};

const slowest = (legs: readonly ProbeLegs[]): ProbeLegs => {
  const most = (numbers: readonly (number | null | undefined)[]): number | undefined => {
    const known = numbers.filter((one) => typeof one === 'number');
    return known.length === numbers.length ? Math.max(...known) : undefined;
  };
  const manager = most(legs.map((one) => one.manager));
  const laptop = most(legs.map((one) => one.laptop));
  return {
    agent: Math.max(...legs.map(({ agent }) => agent)),
    tunnel: Math.max(...legs.map(({ tunnel }) => tunnel)),
    ...(manager === undefined || laptop === undefined ? {} : { manager, laptop }),
    local: most(legs.map(({ local }) => local)) ?? null,
  };
};

const missing = (agents: readonly ConnectedAgent[], version: number): string => {
  const within = `within ${readyMsMax / 1000} s`;
  if (agents.length === 0) return `No agent connected ${within}.`;
  const behind = agents.filter(({ applied }) => applied < version).length;
  return behind > 0
    ? `${behind} of ${agents.length} agents did not apply the rule ${within}.`
    : `A probe did not come back ${within}.`;
};
