import type { WorkloadStatus } from '../../protocol/api.ts';
import type { AgentReport } from '../../protocol/reports.ts';
import type { Rule, RuleEvent } from '../../protocol/rules.ts';
import { type Workload, workloadPath } from '../../protocol/workload.ts';
import { ApiProblem } from '../http/api-problem.ts';
import { agentsPerWorkloadMax, workloadKeptMs, workloadsMax } from '../limits.ts';

/** An agent whose stream of rules is open. */
export type ConnectedAgent = {
  readonly id: string;
  /** The last version of the rules that it says it has applied; -1 before it said any. */
  readonly applied: number;
  /** It sends requests to its pod when it is told to. */
  readonly podRequests: boolean;
  readonly send: (event: RuleEvent) => void;
};

/** What agents announce, and the way to tell them. A path is `namespace/kind/name`. */
export type Workloads = {
  readonly list: () => readonly WorkloadStatus[];
  /** Agents that are connected and have said what they stand in front of. */
  readonly agentsOf: (path: string) => readonly ConnectedAgent[];
  /** Begins an agent's stream with the full state; returns what to call when it ends. */
  readonly connect: (connection: AgentConnection) => () => void;
  readonly report: (workload: Workload, report: AgentReport) => void;
  /** Sends a change to every agent of the workload; returns its version. */
  readonly put: (path: string, rule: Rule) => number;
  readonly remove: (path: string, id: string) => number;
  /** Calls back with the path whenever an agent comes, goes or reports. */
  readonly watch: (listener: (path: string) => void) => () => void;
  /** Forgets what has had no agent for 10 minutes, unless `inUse` says otherwise. */
  readonly forget: (now: number, inUse: (path: string) => boolean) => void;
};

export type AgentConnection = {
  readonly workload: Workload;
  /** Undefined for someone who only looks on: told of rules, but not counted. */
  readonly agent: string | undefined;
  readonly rules: readonly Rule[];
  readonly send: (event: RuleEvent) => void;
  /** Called when another stream of the same agent takes over. */
  readonly replaced: () => void;
};

type Stream = {
  readonly send: (event: RuleEvent) => void;
  readonly agent: string | undefined;
  readonly replaced: () => void;
};

type Reported = {
  readonly applied: number;
  readonly ports: readonly number[];
  readonly podRequests: boolean;
};

type Announced = {
  readonly workload: Workload;
  readonly streams: Set<Stream>;
  /** By agent's id, what each connected agent reported last. */
  readonly reports: Map<string, Reported>;
  version: number;
  ports: readonly number[];
  emptySince: number;
};

export const holdWorkloads = (epoch: string): Workloads => {
  const byPath = new Map<string, Announced>();
  const listeners = new Set<(path: string) => void>();
  const changed = (path: string): void => {
    for (const listener of listeners) listener(path);
  };

  const announced = (workload: Workload): Announced => {
    const path = workloadPath(workload);
    const known = byPath.get(path);
    if (known !== undefined) return known;
    if (byPath.size >= workloadsMax) {
      throw new ApiProblem('too_many', `There are ${workloadsMax} workloads already.`);
    }
    const fresh = newAnnounced(workload);
    byPath.set(path, fresh);
    return fresh;
  };

  const publish = (path: string, event: (version: number) => RuleEvent): number => {
    const state = byPath.get(path);
    if (state === undefined) return 0;
    state.version += 1;
    for (const stream of state.streams) stream.send(event(state.version));
    return state.version;
  };

  const connect = ({ workload, rules, ...stream }: AgentConnection): (() => void) => {
    const path = workloadPath(workload);
    const state = announced(workload);
    if (state.streams.size >= agentsPerWorkloadMax) {
      throw new ApiProblem('too_many', `${path} has ${agentsPerWorkloadMax} agents already.`);
    }
    const former = [...state.streams].find(
      ({ agent }) => agent !== undefined && agent === stream.agent,
    );
    if (former !== undefined) {
      state.streams.delete(former);
      former.replaced();
    }
    state.streams.add(stream);
    stream.send({ type: 'state', epoch, version: state.version, rules });
    changed(path);
    return () => {
      if (!state.streams.delete(stream)) return;
      if (stream.agent !== undefined) state.reports.delete(stream.agent);
      state.emptySince = Date.now();
      changed(path);
    };
  };

  return {
    list: () => [...byPath.values()].map(statusOf),
    agentsOf: (path) => agentsOf(byPath.get(path)),
    connect,
    report: (workload, report) => {
      const state = byPath.get(workloadPath(workload));
      if (state === undefined || ![...state.streams].some(({ agent }) => agent === report.agent))
        return;
      const applied = report.applied?.epoch === epoch ? report.applied.version : -1;
      const { ports, podRequests = false } = report;
      state.reports.set(report.agent, { applied, ports, podRequests });
      state.ports = portsOf(state);
      changed(workloadPath(workload));
    },
    put: (path, rule) => publish(path, (version) => ({ type: 'put', epoch, version, rule })),
    remove: (path, id) => publish(path, (version) => ({ type: 'remove', epoch, version, id })),
    watch: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    forget: (now, inUse) => {
      for (const [path, { streams, emptySince }] of byPath) {
        if (streams.size > 0 || now - emptySince < workloadKeptMs || inUse(path)) continue;
        byPath.delete(path);
      }
    },
  };
};

const newAnnounced = (workload: Workload): Announced => ({
  workload,
  streams: new Set(),
  reports: new Map(),
  version: 0,
  ports: [],
  emptySince: Date.now(),
});

const agentsOf = (state: Announced | undefined): readonly ConnectedAgent[] =>
  [...(state?.streams ?? [])].flatMap(({ agent, send }) => {
    const report = agent === undefined ? undefined : state?.reports.get(agent);
    if (agent === undefined || report === undefined) return [];
    const { applied, podRequests } = report;
    return [{ id: agent, applied, podRequests, send }];
  });

/** All ports that connected agents stand in front of. */
const portsOf = ({ reports }: Announced): readonly number[] =>
  [...new Set([...reports.values()].flatMap(({ ports }) => ports))].sort((a, b) => a - b);

const statusOf = (state: Announced): WorkloadStatus => ({
  workload: state.workload,
  ports: state.ports,
  agents: agentsOf(state).length,
});
